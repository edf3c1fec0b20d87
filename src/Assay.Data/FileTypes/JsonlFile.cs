using Assay.Data.FileTypes.Rows;

namespace Assay.Data.FileTypes;

/// <summary>Lines of JSON objects, <c>.jsonl</c>: one row a line.</summary>
public sealed class JsonlFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "jsonl";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".jsonl"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => Utf8Text.ForeignName(head) is null;

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (text, first) = Utf8Text.Decode(content);
        return new ExtractedText(text, [], "jsonl/1") { IsSource = true, FirstByte = first, Rows = JsonRows.Read(content, first, cancel) };
    }
}
