namespace Assay.Data.Validation;

/// <summary>What the server keeps of a clip that was read elsewhere.</summary>
/// <param name="Seconds">Its length.</param>
/// <param name="SampleRate">Samples a second of each channel.</param>
/// <param name="Channels">1 to 8.</param>
/// <param name="Decoded">Whether its samples were decoded; false for MP3, whose frames were only walked.</param>
/// <param name="Print">Its sub-prints as <see cref="Duplicates.AudioPrint.ToBytes"/> gives them; empty where it has none.</param>
public sealed record InspectedSound(double Seconds, int SampleRate, int Channels, bool Decoded, byte[] Print);
