using Assay.Data.FileTypes.Sounds;

namespace Assay.Data.FileTypes;

/// <summary>Clip in WAV, <c>.wav</c>: PCM of 8 to 32 bits or floating point.</summary>
public sealed class WavFile : IFileType
{
    /// <inheritdoc/>
    public string Name => "wav";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".wav"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Audio;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WAVE"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var sound = WavReader.Read(content, cancel);
        SecondFormat.Check(content, "a WAV clip");
        return sound;
    }
}
