using Assay.Data.FileTypes.Pictures;

namespace Assay.Data.FileTypes;

/// <summary>Picture in JPEG, <c>.jpg</c> and <c>.jpeg</c>: baseline and progressive, coded by Huffman.</summary>
public sealed class JpegFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "jpg";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Image;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith<byte>([0xFF, 0xD8, 0xFF]);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var header = JpegWalk.Read(content, cancel).WithXmp(content);
        SecondFormat.Check(content, "a JPEG picture");
        return PictureDecoder.Read(content, header, "jpg/1", cancel);
    }
}
