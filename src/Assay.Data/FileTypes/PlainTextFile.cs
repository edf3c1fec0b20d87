namespace Assay.Data.FileTypes;

/// <summary>Plain UTF-8 text, <c>.txt</c>.</summary>
public sealed class PlainTextFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "txt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".txt"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => Utf8Text.ForeignName(head) is null;

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (text, first) = Utf8Text.Decode(content);
        return new ExtractedText(text, [], "txt/1") { IsSource = true, FirstByte = first };
    }
}
