using System.Buffers.Binary;
using Assay.Testing.Media;
using ImageMagick;
using SkiaSharp;

namespace Assay.Data.Tests.FileTypes.Pictures;

/// <summary>Makes real picture files of every type.</summary>
internal static class PictureFiles
{
    /// <summary>The scene in the format of an extension.</summary>
    public static byte[] Make(Scene scene, string extension) => extension switch
    {
        ".png" => scene.ToPng(),
        ".jpg" or ".jpeg" => Encode(scene, SKEncodedImageFormat.Jpeg, 85),
        ".webp" => Encode(scene, SKEncodedImageFormat.Webp, 80),
        ".bmp" => Bmp(scene),
        ".tiff" => Tiff(scene),
        _ => throw new ArgumentOutOfRangeException(nameof(extension), extension, "no picture"),
    };

    public static byte[] Encode(Scene scene, SKEncodedImageFormat format, int quality)
    {
        using var image = Image(scene);
        using var data = image.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A baseline JPEG with colour at half (0) or full (1) resolution.</summary>
    public static byte[] Jpeg(Scene scene, int quality, int sampling)
    {
        using var image = Image(scene);
        using var pixels = image.PeekPixels();
        using var data = pixels.Encode(new SKJpegEncoderOptions(quality, sampling == 0 ? SKJpegEncoderDownsample.Downsample420 : SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore));
        return data!.ToArray();
    }

    /// <summary>A JPEG of the other library: progressive, with restart markers, or grey.</summary>
    public static byte[] MagickJpeg(Scene scene, string how)
    {
        using var image = new MagickImage(scene.ToPng(), MagickFormat.Png) { Quality = 80 };
        switch (how)
        {
            case "progressive":
                image.Settings.Interlace = Interlace.Jpeg;
                break;
            case "restart":
                image.Settings.SetDefine(MagickFormat.Jpeg, "restart-interval", "7");
                break;
            default:
                image.ColorType = ColorType.Grayscale;
                break;
        }

        return image.ToByteArray(MagickFormat.Jpeg);
    }

    /// <summary>The scene at another size, resampled by Skia and not by the code under test.</summary>
    public static Scene Resize(Scene scene, int width, int height)
    {
        using var image = Image(scene);
        using var bitmap = SKBitmap.FromImage(image);
        using var resized = bitmap.Resize(new SKImageInfo(width, height, SKColorType.Rgba8888), new SKSamplingOptions(SKCubicResampler.Mitchell));
        var rgb = new byte[width * height * 3];
        for (var at = 0; at < width * height; at++)
        {
            var pixel = resized.GetPixel(at % width, at / width);
            (rgb[at * 3], rgb[(at * 3) + 1], rgb[(at * 3) + 2]) = (pixel.Red, pixel.Green, pixel.Blue);
        }

        return new Scene(width, height, rgb);
    }

    public static byte[] Bmp(Scene scene)
    {
        var stride = ((scene.Width * 3) + 3) / 4 * 4;
        var file = new byte[54 + (stride * scene.Height)];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), scene.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), scene.Height);
        (file[26], file[28]) = (1, 24);
        for (var y = 0; y < scene.Height; y++)
        {
            for (var x = 0; x < scene.Width; x++)
            {
                var from = ((y * scene.Width) + x) * 3;
                var to = 54 + ((scene.Height - 1 - y) * stride) + (x * 3);
                (file[to], file[to + 1], file[to + 2]) = (scene.Rgb[from + 2], scene.Rgb[from + 1], scene.Rgb[from]);
            }
        }

        return file;
    }

    /// <summary>An uncompressed TIFF of one strip, its directory behind the pixels.</summary>
    /// <param name="next">Offset of a following directory; 0 for none, -1 for the directory itself.</param>
    public static byte[] Tiff(Scene scene, int next = 0) => Tiff(scene.Width, scene.Height, scene.Rgb, packing: 1, next);

    /// <summary>A TIFF of one strip in a given packing (1 none, 8 deflate).</summary>
    public static byte[] Tiff(int width, int height, byte[] strip, int packing, int next = 0)
    {
        var pixels = strip.Length;
        var directory = 8 + pixels + (pixels & 1);
        (int Tag, int Type, int Count, int Value)[] entries =
        [
            (0x100, 4, 1, width), (0x101, 4, 1, height), (0x102, 3, 3, directory + 2 + (10 * 12) + 4), (0x103, 3, 1, packing), (0x106, 3, 1, 2),
            (0x111, 4, 1, 8), (0x115, 3, 1, 3), (0x116, 4, 1, height), (0x117, 4, 1, pixels), (0x11C, 3, 1, 1),
        ];
        var file = new byte[directory + 2 + (entries.Length * 12) + 4 + 6];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), directory);
        strip.CopyTo(file, 8);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(directory), (short)entries.Length);
        for (var index = 0; index < entries.Length; index++)
        {
            var entry = file.AsSpan(directory + 2 + (index * 12));
            BinaryPrimitives.WriteInt16LittleEndian(entry, (short)entries[index].Tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], (short)entries[index].Type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], entries[index].Count);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[index].Value);
        }

        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(directory + 2 + (entries.Length * 12)), next == -1 ? directory : next);
        for (var channel = 0; channel < 3; channel++)
        {
            file[^(6 - (channel * 2))] = 8;
        }

        return file;
    }

    private static SKImage Image(Scene scene)
    {
        var rgba = new byte[scene.Width * scene.Height * 4];
        for (var at = 0; at < scene.Width * scene.Height; at++)
        {
            scene.Rgb.AsSpan(at * 3, 3).CopyTo(rgba.AsSpan(at * 4));
            rgba[(at * 4) + 3] = 255;
        }

        return SKImage.FromPixelCopy(new SKImageInfo(scene.Width, scene.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
    }
}
