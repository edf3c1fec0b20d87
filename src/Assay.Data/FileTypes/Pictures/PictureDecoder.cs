using System.Runtime.InteropServices;
using Assay.Data.Duplicates;
using SkiaSharp;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Decodes PNG, JPEG, WebP and BMP in full through Skia, after the file's structure was walked. The only code that loads Skia; it runs where hostile bytes may be read.</summary>
internal static class PictureDecoder
{
    private const int PreviewQuality = 80, Channels = 4;

    /// <param name="content">The file.</param>
    /// <param name="header">What its structure says.</param>
    /// <param name="extractor">For <see cref="FileContent.Extractor"/>.</param>
    /// <exception cref="InvalidFileException">The pixels cannot be decoded to the last one, or contradict the header.</exception>
    public static PictureContent Read(byte[] content, PictureHeader header, string extractor, CancellationToken cancel)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data) ?? throw FileFaults.Damaged("The picture cannot be decoded.", 0);
        if (codec.Info.Width != header.Width || codec.Info.Height != header.Height || codec.FrameCount > 1)
        {
            throw FileFaults.Damaged($"The header says {header.Width} × {header.Height} pixels and the decoder finds {codec.Info.Width} × {codec.Info.Height}.", 0);
        }

        cancel.ThrowIfCancellationRequested();
        var info = new SKImageInfo(header.Width, header.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var reduction = new PictureReduction(header.Width, header.Height);
        Decode(codec, info, reduction, cancel);
        return Make(reduction, header, extractor);
    }

    /// <summary>The content of a picture whose rows were all taken.</summary>
    public static PictureContent Make(PictureReduction reduction, PictureHeader header, string extractor)
    {
        var reduced = reduction.Finish(header.Tags.Orientation);
        return new PictureContent(header.Width, header.Height, extractor)
        {
            Contrast = reduced.Contrast,
            Entropy = reduced.Entropy,
            Sharpness = reduced.Sharpness(),
            Hash = ImageHash.Of(reduced.Luminance(), reduced.Width, reduced.Height),
            PixelSha256 = reduced.PixelSha256,
            Preview = Encode(reduced),
            HasLocation = header.Tags.HasLocation,
            Words = header.Tags.Words,
        };
    }

    private static unsafe void Decode(SKCodec codec, SKImageInfo info, PictureReduction reduction, CancellationToken cancel)
    {
        var stride = (nuint)info.Width * Channels;
        var pixels = (byte*)NativeMemory.AllocZeroed((nuint)info.Height, stride);
        try
        {
            var result = codec.GetPixels(info, (nint)pixels);
            if (result != SKCodecResult.Success)
            {
                throw FileFaults.Damaged(result == SKCodecResult.IncompleteInput
                    ? "The pixels end before the last row of the picture: the file is cut off or damaged inside."
                    : $"The pixels cannot be decoded ({result}): the file is damaged inside.", 0);
            }

            for (var row = 0; row < info.Height; row++)
            {
                cancel.ThrowIfCancellationRequested();
                reduction.Add(new ReadOnlySpan<byte>(pixels + ((nuint)row * stride), (int)stride));
            }
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

    private static byte[] Encode(ReducedPicture reduced)
    {
        var rgba = new byte[reduced.Width * reduced.Height * Channels];
        for (var at = 0; at < reduced.Width * reduced.Height; at++)
        {
            reduced.Rgb.AsSpan(at * 3, 3).CopyTo(rgba.AsSpan(at * Channels));
            rgba[(at * Channels) + 3] = 255;
        }

        using var image = SKImage.FromPixelCopy(new SKImageInfo(reduced.Width, reduced.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var encoded = image.Encode(SKEncodedImageFormat.Webp, PreviewQuality);
        return encoded.ToArray();
    }
}
