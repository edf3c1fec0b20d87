using Assay.Data.FileTypes.Rows;

namespace Assay.Data.FileTypes;

/// <summary>Comma-, semicolon- or tab-separated values with a header, <c>.csv</c> (RFC 4180).</summary>
public sealed class CsvFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "csv";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".csv"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => Utf8Text.ForeignName(head) is null;

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (text, first) = Utf8Text.Decode(content);
        return new ExtractedText(text, [], "csv/1") { IsSource = true, FirstByte = first, Rows = CsvRows.Read(content, first, cancel) };
    }
}
