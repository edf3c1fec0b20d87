using Assay.Data.FileTypes.Sounds;

namespace Assay.Data.FileTypes;

/// <summary>Clip in MP3, <c>.mp3</c>: every frame is walked; the sound is not decoded.</summary>
public sealed class Mp3File : IFileType
{
    /// <inheritdoc/>
    public string Name => "mp3";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".mp3"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Audio;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("ID3"u8) || Mp3Frame.At(head, 0) is not null;

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var sound = Mp3Walk.Read(content, cancel);
        SecondFormat.Check(content, "an MP3 clip");
        return sound;
    }
}
