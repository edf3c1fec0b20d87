namespace Assay.Data.FileTypes;

/// <summary>Markdown in UTF-8, <c>.md</c>. Its headings (CommonMark §4.2 and §4.3) are found; everything else stays as it is written.</summary>
public sealed class MarkdownFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "md";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".md"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => Utf8Text.ForeignName(head) is null;

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (text, first) = Utf8Text.Decode(content);
        return new ExtractedText(text, MarkdownHeadings.Find(text), "md/1") { IsSource = true, FirstByte = first };
    }
}
