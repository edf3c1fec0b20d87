using System.Buffers.Binary;

namespace Assay.Data.FileTypes;

/// <summary>Finds a second format inside a picture or clip: other programs would open the same bytes as an archive or a document.</summary>
internal static class SecondFormat
{
    /// <summary>A ZIP comment has at most 65,535 bytes, so its end record begins in the last 65,557.</summary>
    private const int ZipTail = 65_557, ZipEndLength = 22;

    /// <summary>PDF readers look for their mark in the first 1,024 bytes.</summary>
    private const int PdfHead = 1024;

    private static readonly byte[] ZipEnd = [0x50, 0x4B, 0x05, 0x06];

    /// <exception cref="InvalidFileException">The file would open as a ZIP archive or a PDF, too.</exception>
    public static void Check(ReadOnlySpan<byte> content, string what)
    {
        if (content[..Math.Min(content.Length, PdfHead)].IndexOf("%PDF-"u8) is var pdf and >= 0)
        {
            throw FileFaults.NotThis($"The file is {what} and a PDF at once.", pdf);
        }

        var from = Math.Max(content.Length - ZipTail, 0);
        for (var at = content[from..].IndexOf(ZipEnd); at >= 0;)
        {
            from += at;
            if (IsZipEnd(content[from..]))
            {
                throw FileFaults.NotThis($"The file is {what} and a ZIP archive at once.", from);
            }

            from++;
            at = content[from..].IndexOf(ZipEnd);
        }
    }

    /// <summary>Four bytes may be chance; a record on disk 0 with entries whose directory lies before it is none.</summary>
    private static bool IsZipEnd(ReadOnlySpan<byte> record) => record.Length >= ZipEndLength
        && BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == 0
        && BinaryPrimitives.ReadUInt16LittleEndian(record[8..]) == BinaryPrimitives.ReadUInt16LittleEndian(record[10..])
        && BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) <= record.Length - ZipEndLength;
}
