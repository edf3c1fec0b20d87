using Assay.Data.FileTypes.Sounds;

namespace Assay.Data.FileTypes;

/// <summary>Clip in FLAC, <c>.flac</c>: decoded in full, every checksum verified.</summary>
public sealed class FlacFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "flac";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".flac"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Audio;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("fLaC"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var sound = FlacReader.Read(content, cancel);
        SecondFormat.Check(content, "a FLAC clip");
        return sound;
    }
}
