using System.Runtime.InteropServices;
using ImageMagick;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Decodes TIFF in full through ImageMagick, which is told the format: guessing would run its other readers. The only code that loads it; it runs where hostile bytes may be read.</summary>
internal static class TiffDecoder
{
    private const ulong Memory = 512UL << 20;

    /// <exception cref="InvalidFileException">The pixels cannot be decoded to the last one, or contradict the header.</exception>
    public static PictureContent Read(byte[] content, PictureHeader header, string extractor, CancellationToken cancel)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw FileFaults.NotThis("TIFF files are read on x64 machines only, and this server is none.", 0, "Save the picture as PNG and send that.");
        }

        try
        {
            SetLimits();
            using var image = new MagickImage(content, new MagickReadSettings { Format = MagickFormat.Tiff, FrameIndex = 0, FrameCount = 1 });
            if (image.Width != header.Width || image.Height != header.Height)
            {
                throw FileFaults.Damaged($"The header says {header.Width} × {header.Height} pixels and the decoder finds {image.Width} × {image.Height}.", 0);
            }

            image.ColorSpace = ColorSpace.sRGB;
            var reduction = new PictureReduction(header.Width, header.Height);
            using var pixels = image.GetPixelsUnsafe();
            for (var row = 0; row < header.Height; row++)
            {
                cancel.ThrowIfCancellationRequested();
                reduction.Add(pixels.ToByteArray(0, row, image.Width, 1, "RGBA") ?? throw FileFaults.Damaged($"Row {row + 1} of the picture cannot be decoded.", 0));
            }

            return PictureDecoder.Make(reduction, header, extractor);
        }
        catch (MagickException problem)
        {
            throw FileFaults.Damaged("The pixels of the TIFF cannot be decoded: it is damaged inside, or packed in a way that is not read.", 0, problem);
        }
    }

    /// <summary>No disk, one thread, no picture beyond what the header walk let through.</summary>
    private static void SetLimits()
    {
        ResourceLimits.Disk = 0;
        ResourceLimits.Memory = Memory;
        ResourceLimits.MaxMemoryRequest = Memory;
        ResourceLimits.Width = (ulong)PictureLimits.MaximumPixels;
        ResourceLimits.Height = (ulong)PictureLimits.MaximumPixels;
        ResourceLimits.Area = Memory; // counted in bytes
        ResourceLimits.Thread = 1;
    }
}
