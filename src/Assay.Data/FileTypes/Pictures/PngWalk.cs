using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Walks a PNG chunk by chunk (PNG 3rd edition §5, §11): order, lengths, checksums, the size of the unpacked pixels, the end.</summary>
internal static class PngWalk
{
    private const int Frame = 12; // length, type and checksum of a chunk
    private const int MaximumText = 1 << 20, MaximumProfile = 8 << 20;

    /// <summary>The file's first eight bytes.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <exception cref="InvalidFileException">The file is no whole PNG of one picture, or larger than pictures may be.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith(Signature))
        {
            throw FileFaults.NotThis("The file does not begin as a PNG.", 0);
        }

        var (width, height, packed) = (0, 0, 0L);
        var tags = PictureTags.None;
        using var pixels = new MemoryStream();
        var pixelsEnd = 0L;
        long at = Signature.Length;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var length = content.Be32(at);
            var type = content.Mark(at + 4);
            if (at + Frame + length > content.Length)
            {
                throw FileFaults.CutOff($"its chunk '{type}' at offset {at} needs {length + Frame} bytes", content.Length);
            }

            var data = content.Part(at + 8, length);
            CheckSum(content.Part(at + 4, 4 + length), content.Be32(at + 8 + length), type, at);
            if (width == 0 && type != "IHDR")
            {
                throw FileFaults.Damaged($"The first chunk of the PNG is '{type}' and not its header.", at);
            }

            switch (type)
            {
                case "IHDR" when width == 0 && length == 13:
                    (width, height, packed) = ReadHeader(data, at);
                    break;
                case "IDAT" when pixelsEnd == 0 || pixelsEnd == at:
                    pixels.Write(data);
                    pixelsEnd = at + Frame + length;
                    break;
                case "IEND" when length == 0:
                    return at + Frame < content.Length
                        ? throw FileFaults.Trailing(content, at + Frame, "the picture")
                        : Whole(width, height, pixels, packed, tags, at);
                case "acTL":
                    throw PictureLimits.Several("an animation (APNG)", at);
                case "IHDR" or "IDAT" or "IEND":
                    throw FileFaults.Damaged($"The chunk '{type}' stands twice, in the wrong place or with a wrong length.", at);
                case "eXIf":
                    tags = tags.With(ExifBlock.Read(data));
                    break;
                case "iCCP" or "zTXt" or "iTXt":
                    CheckPacked(data, type, at);
                    break;
                case "tEXt":
                    tags = tags.AddWords(TextOf(data));
                    break;
                case "PLTE":
                    break;
                default:
                    if (char.IsAsciiLetterUpper(type.Length == 4 ? type[0] : 'X'))
                    {
                        throw FileFaults.Damaged($"The PNG needs its unknown chunk '{type}' to be shown.", at);
                    }

                    break;
            }

            at += Frame + length;
        }
    }

    private static void CheckSum(ReadOnlySpan<byte> typeAndData, uint stored, string type, long at)
    {
        if (Crc32.HashToUInt32(typeAndData) != stored)
        {
            throw FileFaults.Damaged($"The checksum of the chunk '{type}' at offset {at} is wrong: its bytes were changed.", at);
        }
    }

    private static (int Width, int Height, long Packed) ReadHeader(ReadOnlySpan<byte> data, long at)
    {
        long width = data.Be32(0), height = data.Be32(4);
        PictureLimits.Check(width, height, at + 8);
        int depth = data[8], interlace = data[12];
        var channels = data[9] switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };
        var allowed = data[9] switch { 0 => depth is 1 or 2 or 4 or 8 or 16, 3 => depth is 1 or 2 or 4 or 8, _ => depth is 8 or 16 };
        if (channels == 0 || !allowed || data[10] != 0 || data[11] != 0 || interlace > 1)
        {
            throw FileFaults.Damaged("The header of the PNG names a form of pixels that does not exist.", at + 16);
        }

        return ((int)width, (int)height, interlace == 0 ? Pass(width, height, channels * depth) : Interlaced(width, height, channels * depth));
    }

    /// <summary>Bytes of a pass: each row is one filter byte and its packed pixels.</summary>
    private static long Pass(long width, long height, int bits) => width == 0 || height == 0 ? 0 : height * (1 + (((width * bits) + 7) / 8));

    private static long Interlaced(long width, long height, int bits)
    {
        ReadOnlySpan<(int X, int Y, int StepX, int StepY)> passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var total = 0L;
        foreach (var (x, y, stepX, stepY) in passes)
        {
            total += Pass((width - x + stepX - 1) / stepX, (height - y + stepY - 1) / stepY, bits);
        }

        return total;
    }

    private static PictureHeader Whole(int width, int height, MemoryStream pixels, long expected, PictureTags tags, long at)
    {
        pixels.Position = 0;
        var unpacked = Unpacked(pixels, expected + 1);
        return unpacked == expected
            ? new PictureHeader(width, height, tags)
            : throw FileFaults.Damaged(
                $"The pixels unpack to {(unpacked > expected ? "more" : unpacked)} bytes, and {width} × {height} pixels are {expected}.", at);
    }

    private static void CheckPacked(ReadOnlySpan<byte> data, string type, long at)
    {
        var start = data.IndexOf((byte)0) + 2; // behind the keyword's end and the method
        if (type == "iTXt" && (start <= 1 || start >= data.Length || data[start - 1] == 0))
        {
            return; // not compressed
        }

        if (type == "iTXt")
        {
            var language = data[(start + 1)..].IndexOf((byte)0);
            var translated = language < 0 ? -1 : data[(start + 1 + language + 1)..].IndexOf((byte)0);
            start = translated < 0 ? data.Length : start + 1 + language + 1 + translated + 1;
        }

        var limit = type == "iCCP" ? MaximumProfile : MaximumText;
        using var packed = new MemoryStream(data[Math.Clamp(start, 0, data.Length)..].ToArray());
        if (Unpacked(packed, limit + 1) > limit)
        {
            throw FileFaults.Damaged($"The chunk '{type}' unpacks to more than {limit} bytes.", at);
        }
    }

    /// <summary>Length of a deflated stream, counted up to a limit; what cannot be unpacked ends it.</summary>
    private static long Unpacked(MemoryStream packed, long limit)
    {
        using var inflated = new ZLibStream(packed, CompressionMode.Decompress);
        var buffer = new byte[65_536];
        var total = 0L;
        try
        {
            int read;
            while (total < limit && (read = inflated.Read(buffer, 0, (int)Math.Min(buffer.Length, limit - total))) > 0)
            {
                total += read;
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException) // zlib asked for a dictionary
        {
            return total;
        }

        return total;
    }

    private static string TextOf(ReadOnlySpan<byte> data)
    {
        var split = data.IndexOf((byte)0);
        var keyword = split < 0 ? "" : Encoding.Latin1.GetString(data[..split]);
        return keyword is "Title" or "Description" or "Comment" ? DisplayName.Line(Encoding.Latin1.GetString(data[(split + 1)..])) : "";
    }
}
