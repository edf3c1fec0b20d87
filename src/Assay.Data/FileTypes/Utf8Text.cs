using System.Buffers;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>Strict UTF-8: a wrong byte is named by its offset, a byte order mark is tolerated.</summary>
internal static class Utf8Text
{
    private const int MarkLength = 3;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Starts of files that are certainly something else, however they are named.</summary>
    private static readonly (byte[] Magic, string Name)[] Foreign =
    [
        ("%PDF-"u8.ToArray(), "a PDF"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or Office document"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty ZIP archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old or encrypted Office document"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ("GIF8"u8.ToArray(), "a GIF picture"),
        ("RIFF"u8.ToArray(), "a RIFF file (WebP or WAV)"),
        ("fLaC"u8.ToArray(), "a FLAC clip"),
        ("ID3"u8.ToArray(), "an MP3 clip"),
        ([0xFF, 0xFB], "an MP3 clip"),
        ([0xFF, 0xFA], "an MP3 clip"),
        ([0xFF, 0xF3], "an MP3 clip"),
        ([0xFF, 0xF2], "an MP3 clip"),
        ([0xFF, 0xE3], "an MP3 clip"),
        ("II*\0"u8.ToArray(), "a TIFF picture"),
        ("MM\0*"u8.ToArray(), "a TIFF picture"),
        ([0x1F, 0x8B], "a gzip file"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ("PAR1"u8.ToArray(), "a Parquet file"),
        ("{\\rtf"u8.ToArray(), "an RTF document"),
        ([0xFF, 0xFE], "UTF-16 text"),
        ([0xFE, 0xFF], "UTF-16 text"),
    ];

    /// <summary>What a head says it is when it is certainly not plain text; null otherwise.</summary>
    public static string? ForeignName(ReadOnlySpan<byte> head)
    {
        foreach (var (magic, name) in Foreign)
        {
            if (head.StartsWith(magic))
            {
                return name;
            }
        }

        return IsBitmap(head) ? "a BMP picture" : null;
    }

    /// <summary>Two letters may begin a text; four reserved zero bytes behind the length do not follow them in one.</summary>
    private static bool IsBitmap(ReadOnlySpan<byte> head) =>
        head.Length >= 14 && head.StartsWith("BM"u8) && !head[6..10].ContainsAnyExcept((byte)0);

    /// <summary>Decodes a whole file.</summary>
    /// <exception cref="InvalidFileException">The bytes are not UTF-8.</exception>
    public static (string Text, int FirstByte) Decode(byte[] content)
    {
        var first = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? MarkLength : 0;
        try
        {
            return (Strict.GetString(content, first, content.Length - first), first);
        }
        catch (DecoderFallbackException problem)
        {
            var offset = FirstInvalid(content);
            throw new InvalidFileException(
                $"The text is not UTF-8: the byte 0x{content[Math.Min(offset, content.Length - 1)]:X2} at offset {offset} is not part of a character.",
                "Save the file as UTF-8 and send it again.",
                problem)
            { ByteOffset = offset };
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> content)
    {
        var offset = 0;
        while (offset < content.Length && Rune.DecodeFromUtf8(content[offset..], out _, out var length) == OperationStatus.Done)
        {
            offset += length;
        }

        return offset;
    }
}
