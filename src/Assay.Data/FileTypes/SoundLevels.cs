namespace Assay.Data.FileTypes;

/// <summary>How loud a clip is.</summary>
/// <param name="SilentShare">Share of its pieces of 50 ms whose level is under −60 dBFS, 0 to 1.</param>
/// <param name="ClippedShare">Share of its samples in runs of three or more at full scale, 0 to 1.</param>
/// <param name="Rms">Level of the whole clip in dB of full scale, 0 or less; −200 for silence.</param>
/// <param name="FirstClipped">Seconds to the first such run; null when there is none.</param>
public sealed record SoundLevels(double SilentShare, double ClippedShare, double Rms, double? FirstClipped);
