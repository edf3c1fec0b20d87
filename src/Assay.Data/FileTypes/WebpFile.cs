using Assay.Data.FileTypes.Pictures;

namespace Assay.Data.FileTypes;

/// <summary>Still picture in WebP, <c>.webp</c>.</summary>
public sealed class WebpFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "webp";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".webp"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Image;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var header = WebpWalk.Read(content, cancel).WithXmp(content);
        SecondFormat.Check(content, "a WebP picture");
        return PictureDecoder.Read(content, header, "webp/1", cancel);
    }
}
