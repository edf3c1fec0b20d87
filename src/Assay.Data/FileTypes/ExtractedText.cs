using Assay.Data.FileTypes.Rows;

namespace Assay.Data.FileTypes;

/// <summary>The text of a file and what is known of its structure.</summary>
/// <param name="Text">The text as it stands in the file, line ends included.</param>
/// <param name="Headings">Headings in order of appearance; empty where the type has none.</param>
/// <param name="Extractor">Name and version of the code that took the text out, for example <c>docx/1</c>; it changes whenever the same file would give another text.</param>
public sealed record ExtractedText(string Text, IReadOnlyList<Heading> Headings, string Extractor) : FileContent(Extractor)
{
    /// <summary>True when byte offsets count in the uploaded file (.md, .txt, .jsonl, .csv); false when they count in the UTF-8 form of <see cref="Text"/> (.pdf, .docx, .parquet).</summary>
    public bool IsSource { get; init; }

    /// <summary>Byte offset of the first character: 3 behind a byte order mark, else 0.</summary>
    public int FirstByte { get; init; }

    /// <summary>Index in <see cref="Text"/> where each page starts; empty where the type has no pages.</summary>
    public IReadOnlyList<int> PageStarts { get; init; } = [];

    /// <summary>The rows of a file of rows (.jsonl, .csv, .parquet); null for a document.</summary>
    public IReadOnlyList<SourceRow>? Rows { get; init; }

    /// <summary>Pictures in the file that were left out.</summary>
    public int IgnoredImages { get; init; }

    /// <summary>Characters that the file marks as invisible; they are not part of <see cref="Text"/>.</summary>
    public int HiddenCharacters { get; init; }

    /// <inheritdoc/>
    public override string Describe()
    {
        var pages = PageStarts.Count > 0 ? $", pages: {PageStarts.Count}" : "";
        var images = IgnoredImages > 0 ? $"; pictures left out: {IgnoredImages}" : "";
        var rows = Rows is { } read ? $", rows: {read.Count}" : "";
        return $"{Text.Length} characters{rows}{pages}{images}";
    }
}
