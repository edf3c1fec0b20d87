namespace Assay.Data.FileTypes.Pictures;

/// <summary>Checks the headers of a BMP against each other and against the file's length.</summary>
/// <remarks>BITMAPFILEHEADER and BITMAPINFOHEADER to BITMAPV5HEADER as the Windows GDI documentation gives them.</remarks>
internal static class BmpWalk
{
    private const int FileHeader = 14, OldHeader = 12, InfoHeader = 40, V5Header = 124, Largest = 1 << 16;
    private const uint Plain = 0, Rle8 = 1, Rle4 = 2, Masks = 3, AlphaMasks = 6;

    /// <exception cref="InvalidFileException">The file is no whole BMP, or larger than pictures may be.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith("BM"u8))
        {
            throw FileFaults.NotThis("The file does not begin as a BMP.", 0);
        }

        long declared = content.Le32(2), start = content.Le32(10), header = content.Le32(FileHeader);
        if (declared > content.Length)
        {
            throw FileFaults.CutOff($"its header says {declared} bytes", content.Length);
        }

        if (declared < content.Length)
        {
            throw declared < FileHeader + OldHeader
                ? FileFaults.Damaged($"The header says {declared} bytes, and the file has {content.Length}.", 2)
                : FileFaults.Trailing(content, declared, "the picture");
        }

        if (header is not OldHeader and (< InfoHeader or > Largest))
        {
            throw FileFaults.Damaged($"The BMP has a header of {header} bytes, which does not exist.", FileHeader);
        }

        var old = header == OldHeader;
        var width = old ? content.Le16(18) : (long)(int)content.Le32(18);
        var height = old ? content.Le16(20) : Math.Abs((long)(int)content.Le32(22));
        PictureLimits.Check(width, height, 18);
        int bits = content.Le16(old ? 24 : 28);
        var packing = old ? Plain : content.Le32(30);
        if (bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32) || packing is not (Plain or Rle8 or Rle4 or Masks or AlphaMasks))
        {
            throw FileFaults.Damaged($"The BMP has {bits} bits a pixel in packing {packing}, which is not read.", 28);
        }

        if (start < FileHeader + header || start > content.Length)
        {
            throw FileFaults.Damaged($"The header says that the pixels begin at offset {start}.", 10);
        }

        var pixels = packing is Rle8 or Rle4 ? content.Le32(34) : (((width * bits) + 31) / 32) * 4 * height;
        var profile = header >= V5Header ? content.Le32(FileHeader + 116) : 0;
        if (start + pixels > content.Length)
        {
            throw FileFaults.CutOff($"its {width} × {height} pixels end at offset {start + pixels}", content.Length);
        }

        // Some writers pad to four bytes; a colour profile may follow only where the header says so.
        return start + pixels + profile + 3 < content.Length
            ? throw FileFaults.Trailing(content, start + pixels, "the pixels")
            : new PictureHeader((int)width, (int)height, PictureTags.None);
    }
}
