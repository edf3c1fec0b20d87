using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>What can be checked of a PDF without parsing it: that it begins and ends as one, hides no second format and unpacks to a bounded size.</summary>
internal static class PdfGuard
{
    private const long MaximumInflated = 50_000_000;
    private const string SendAgain = "Export the document again and send the new file.";

    /// <exception cref="InvalidFileException">The bytes are cut off, carry something else, or unpack beyond 50 MB.</exception>
    public static void Check(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith("%PDF-"u8))
        {
            throw new InvalidFileException("The file does not begin with %PDF-.", SendAgain) { ByteOffset = 0 };
        }

        CheckEnd(content);
        CheckSecondFormat(content);
        CheckInflatedSize(content, cancel);
    }

    private static void CheckEnd(ReadOnlySpan<byte> content)
    {
        var end = content.LastIndexOf("%%EOF"u8);
        if (end < 0)
        {
            throw new InvalidFileException("The PDF is cut off: its end marker is missing.", SendAgain) { ByteOffset = content.Length };
        }

        var after = end + "%%EOF"u8.Length;
        var rest = content[after..].TrimStart(" \t\r\n\0\f"u8);
        if (!rest.IsEmpty)
        {
            throw new InvalidFileException($"{rest.Length} bytes follow the end of the PDF: the file is cut off behind an earlier version, or carries something else.", SendAgain)
            { ByteOffset = content.Length - rest.Length };
        }

        var pointer = content[..end].LastIndexOf("startxref"u8);
        var digits = pointer < 0 ? "" : Encoding.ASCII.GetString(content[(pointer + 9)..end]).Trim();
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var table) || table >= content.Length)
        {
            throw new InvalidFileException("The PDF is cut off or damaged: the pointer to its table of objects is missing.", SendAgain) { ByteOffset = Math.Max(pointer, 0) };
        }
    }

    private static void CheckSecondFormat(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> zipEnd = [0x50, 0x4B, 0x05, 0x06];
        if (content.LastIndexOf(zipEnd) is var zip and >= 0 && zip > content.Length - 66_000)
        {
            throw new InvalidFileException("The file is a PDF and a ZIP archive at once.", SendAgain) { ByteOffset = zip };
        }

        var head = Encoding.Latin1.GetString(content[..Math.Min(content.Length, 1024)]);
        foreach (var marker in (string[])["<html", "<script", "<!doctype", "<?php", "<svg"])
        {
            if (head.IndexOf(marker, StringComparison.OrdinalIgnoreCase) is var found and >= 0)
            {
                throw new InvalidFileException($"The file is a PDF and a web page at once: its beginning holds '{marker}'.", SendAgain) { ByteOffset = found };
            }
        }
    }

    /// <summary>Unpacks each deflated stream into nothing, counting, and stops at the cap: 10 MiB may stand for 10 GB.</summary>
    private static void CheckInflatedSize(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        var total = 0L;
        var buffer = new byte[16_384];
        for (var at = 0; at < content.Length;)
        {
            var found = content[at..].IndexOf("stream"u8);
            if (found < 0)
            {
                return;
            }

            at += found + 6;
            var data = content[at..].TrimStart("\r\n"u8);
            if (data.Length < 2 || (data[0] & 0x0F) != 8 || ((data[0] << 8) | data[1]) % 31 != 0)
            {
                continue;
            }

            cancel.ThrowIfCancellationRequested();
            total += Inflate(data, buffer, MaximumInflated - total);
            if (total >= MaximumInflated)
            {
                throw new InvalidFileException($"The PDF unpacks to more than {MaximumInflated / 1_000_000} MB.", SendAgain) { ByteOffset = at };
            }
        }
    }

    private static unsafe long Inflate(ReadOnlySpan<byte> data, byte[] buffer, long limit)
    {
        fixed (byte* start = data)
        {
            using var source = new UnmanagedMemoryStream(start, data.Length);
            using var inflated = new ZLibStream(source, CompressionMode.Decompress);
            var total = 0L;
            try
            {
                int read;
                while (total < limit && (read = inflated.Read(buffer)) > 0)
                {
                    total += read;
                }
            }
            catch (Exception problem) when (problem is InvalidDataException or IOException) // the latter when zlib asks for a dictionary
            {
                // Not deflated after all, or damaged: the parser judges that; only the size matters here.
            }

            return total;
        }
    }
}
