namespace Assay.Data.FileTypes.Pictures;

/// <summary>The frame of a JPEG and where its scans end.</summary>
internal sealed class JpegScans
{
    private const int ArithmeticFirst = 0xC9;

    /// <summary>Size of the picture; null before its frame header.</summary>
    public (int Width, int Height)? Frame { get; private set; }

    /// <summary>Looks at one segment.</summary>
    /// <param name="marker">Second byte of its marker.</param>
    /// <param name="data">Its bytes without the length.</param>
    /// <param name="at">Offset of <paramref name="data"/> in the file.</param>
    /// <exception cref="InvalidFileException">It is a frame header that cannot be taken.</exception>
    public void Segment(int marker, ReadOnlySpan<byte> data, long at)
    {
        if (marker is < 0xC0 or > 0xCF or 0xC4 or 0xC8 or 0xCC)
        {
            return;
        }

        if (Frame is not null)
        {
            throw PictureLimits.Several("several frames", at);
        }

        if (marker >= ArithmeticFirst || marker is 0xC3 or 0xC5 or 0xC6 or 0xC7)
        {
            throw FileFaults.NotThis("The JPEG is arithmetically coded, lossless or hierarchical, which is not read.", at, "Export it again as an ordinary JPEG.");
        }

        int height = data.Be16(1), width = data.Be16(3);
        PictureLimits.Check(width, height, at + 1);
        Frame = (width, height);
    }

    /// <summary>Where the marker behind a scan stands.</summary>
    /// <exception cref="InvalidFileException">The scan is not whole.</exception>
    public long Scan(ReadOnlySpan<byte> content, ReadOnlySpan<byte> header, long at, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Frame is null || header.IsEmpty)
        {
            throw FileFaults.Damaged("A scan of the JPEG stands before its frame header.", at);
        }

        for (var place = (int)at; ; place += 2)
        {
            var next = content[Math.Min(place, content.Length)..].IndexOf((byte)0xFF);
            if (next < 0 || place + next + 1 >= content.Length)
            {
                throw FileFaults.CutOff("the end marker of the picture is missing", content.Length);
            }

            place += next;
            if (content[place + 1] is not (0 or (>= 0xD0 and <= 0xD7)))
            {
                return place;
            }
        }
    }
}
