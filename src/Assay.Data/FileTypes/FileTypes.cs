namespace Assay.Data.FileTypes;

/// <summary>The file types that this version reads.</summary>
public static class FileTypes
{
    /// <summary>Bytes of a file's beginning that <see cref="IFileType.Sniff"/> wants to see.</summary>
    public const int HeadLength = 4096;

    /// <summary>Every file type; adding one is a line here.</summary>
    public static IReadOnlyList<IFileType> All { get; } =
    [
        new MarkdownFile(),
        new PlainTextFile(),
        new PdfFile(),
        new DocxFile(),
        new JsonlFile(),
        new CsvFile(),
        new ParquetFile(),
        new PngFile(),
        new JpegFile(),
        new WebpFile(),
        new TiffFile(),
        new BmpFile(),
        new WavFile(),
        new Mp3File(),
        new FlacFile(),
    ];

    /// <summary>The type that a file name's extension announces, or null when no type has it. Case does not matter.</summary>
    public static IFileType? ByName(string fileName)
    {
        var extension = Extension(fileName);
        return All.FirstOrDefault(type => type.Extensions.Contains(extension));
    }

    /// <summary>The extension in lower case with its dot, empty when there is none.</summary>
    public static string Extension(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var dot = fileName.LastIndexOf('.');
        return dot < 0 || dot < fileName.AsSpan().LastIndexOfAny('/', '\\') ? "" : fileName[dot..].ToLowerInvariant();
    }

    /// <summary>In words, what the first bytes of a file show it to be, or null when they look like text.</summary>
    public static string? Describe(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "a WebP picture"
        : head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WAVE"u8) ? "a WAV clip"
        : Utf8Text.ForeignName(head);
}
