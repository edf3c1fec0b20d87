using Assay.Data.FileTypes.Pictures;

namespace Assay.Data.FileTypes;

/// <summary>Picture in PNG, <c>.png</c>: every chunk is checked, then every pixel decoded. Animations are refused.</summary>
public sealed class PngFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "png";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".png"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Image;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith(PngWalk.Signature);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var header = PngWalk.Read(content, cancel).WithXmp(content);
        SecondFormat.Check(content, "a PNG picture");
        return PictureDecoder.Read(content, header, "png/1", cancel);
    }
}
