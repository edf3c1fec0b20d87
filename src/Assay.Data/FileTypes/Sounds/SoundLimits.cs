using System.Globalization;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>What a clip's header may announce; looked at before anything is decoded.</summary>
internal static class SoundLimits
{
    public const int MaximumRate = 192_000, MaximumChannels = 8, MaximumSeconds = 600;

    /// <exception cref="InvalidFileException">The clip is beyond what is decoded here.</exception>
    public static void Check(long rate, long channels, long samples, long at)
    {
        if (rate < 1 || channels < 1)
        {
            throw FileFaults.Damaged($"The header gives {rate} samples a second and {channels} channels.", at);
        }

        if (rate > MaximumRate)
        {
            throw FileFaults.Structure($"The header gives {rate} samples a second; {MaximumRate} are the most.", "Send it at 48,000 Hz.", at);
        }

        if (channels > MaximumChannels)
        {
            throw FileFaults.Structure($"The header gives {channels} channels; {MaximumChannels} are the most.", "Send it in stereo or mono.", at);
        }

        if (samples > MaximumSeconds * rate)
        {
            var seconds = (samples / (double)rate).ToString("0", CultureInfo.InvariantCulture);
            throw FileFaults.Structure($"The clip lasts {seconds} seconds; {MaximumSeconds} are the most.", "Cut it into shorter clips.", at);
        }
    }
}
