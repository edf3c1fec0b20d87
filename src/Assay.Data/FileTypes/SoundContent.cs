using System.Globalization;

namespace Assay.Data.FileTypes;

/// <summary>What a clip holds, reduced to what it is judged and compared by.</summary>
/// <param name="SampleRate">Samples a second of each channel.</param>
/// <param name="Channels">1 to 8.</param>
/// <param name="Samples">Of each channel.</param>
/// <param name="Extractor">Name and version of the code that read it.</param>
public sealed record SoundContent(int SampleRate, int Channels, long Samples, string Extractor) : FileContent(Extractor)
{
    /// <summary>SHA-256 over rate, channels and samples at 32 bits, or for MP3 over its frames; lower-case hex. Equal for lossless copies in another format.</summary>
    public required string ContentSha256 { get; init; }

    /// <summary>Loudness and clipping; null where the samples were not decoded (MP3).</summary>
    public SoundLevels? Levels { get; init; }

    /// <summary>What near duplicates are found by; empty where the samples were not decoded or the clip is too short.</summary>
    public Duplicates.AudioPrint Print { get; init; } = Duplicates.AudioPrint.None;

    /// <summary>Titles and comments in the file.</summary>
    public string Words { get; init; } = "";

    /// <summary>Length in seconds.</summary>
    public double Seconds => SampleRate == 0 ? 0 : (double)Samples / SampleRate;

    /// <inheritdoc/>
    public override string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"{Seconds:0.0} s, {SampleRate} Hz, {Channels} {(Channels == 1 ? "channel" : "channels")}");
}
