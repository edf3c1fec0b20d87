using Assay.Data.FileTypes.Pictures;

namespace Assay.Data.FileTypes;

/// <summary>Picture in TIFF, <c>.tiff</c>: one page, any packing that libtiff knows.</summary>
public sealed class TiffFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "tiff";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".tiff"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Image;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var header = TiffWalk.Read(content, cancel).WithXmp(content);
        SecondFormat.Check(content, "a TIFF picture");
        return TiffDecoder.Read(content, header, "tiff/1", cancel);
    }
}
