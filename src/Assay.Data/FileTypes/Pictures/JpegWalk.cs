using System.Text;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Walks a JPEG segment by segment (ITU-T T.81 annex B): one frame header within limits, scans, the end marker and nothing behind it.</summary>
internal static class JpegWalk
{
    /// <summary>Scans of a progressive picture; encoders write about ten, and each costs a pass over all pixels.</summary>
    private const int MaximumScans = 64;

    private const int StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, Exif = 0xE1, Comment = 0xFE;

    /// <exception cref="InvalidFileException">The file is no whole JPEG, or larger than pictures may be.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith<byte>([0xFF, StartOfImage]))
        {
            throw FileFaults.NotThis("The file does not begin as a JPEG.", 0);
        }

        var scans = new JpegScans();
        var tags = PictureTags.None;
        var count = 0;
        long at = 2;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var marker = Marker(content, ref at);
            if (marker == EndOfImage)
            {
                return scans.Frame is not { } frame || count == 0
                    ? throw FileFaults.Damaged("The JPEG ends without a picture.", at)
                    : !scans.Whole ? throw FileFaults.Damaged("The JPEG ends before its last scan: the finer parts of the picture are missing.", at)
                    : at < content.Length ? throw FileFaults.Trailing(content, at, "the picture")
                    : new PictureHeader(frame.Width, frame.Height, tags);
            }

            var length = content.Be16(at);
            if (length < 2)
            {
                throw FileFaults.Damaged($"The JPEG segment {marker:X2} at offset {at - 2} has an impossible length.", at);
            }

            var data = content.Part(at + 2, length - 2);
            scans.Segment(marker, data, at + 2);
            if (marker == Exif && data.StartsWith("Exif\0\0"u8))
            {
                tags = tags.With(ExifBlock.Read(data[6..]));
            }
            else if (marker == Comment)
            {
                tags = tags.AddWords(DisplayName.Line(Encoding.UTF8.GetString(data)));
            }

            at += length;
            if (marker == StartOfScan)
            {
                at = ++count > MaximumScans
                    ? throw FileFaults.Structure($"The JPEG has more than {MaximumScans} scans.", "Export it again as an ordinary JPEG.", at)
                    : scans.Scan(content, data, at, cancel);
            }
        }
    }

    /// <summary>The next marker; fill bytes may stand before it.</summary>
    private static int Marker(ReadOnlySpan<byte> content, ref long at)
    {
        if (at >= content.Length)
        {
            throw FileFaults.CutOff("the end marker of the picture is missing", content.Length);
        }

        if (content[(int)at] != 0xFF)
        {
            throw FileFaults.Damaged($"A JPEG segment should begin at offset {at}.", at);
        }

        while (at < content.Length && content[(int)at] == 0xFF)
        {
            at++;
        }

        return at < content.Length ? content[(int)at++] : throw FileFaults.CutOff("the end marker of the picture is missing", content.Length);
    }
}
