using Assay.Data.FileTypes.Pictures;

namespace Assay.Data.FileTypes;

/// <summary>Picture in the bitmap format of Windows, <c>.bmp</c>.</summary>
public sealed class BmpFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "bmp";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".bmp"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Image;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("BM"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var header = BmpWalk.Read(content).WithXmp(content);
        SecondFormat.Check(content, "a BMP picture");
        return PictureDecoder.Read(content, header, "bmp/1", cancel);
    }
}
