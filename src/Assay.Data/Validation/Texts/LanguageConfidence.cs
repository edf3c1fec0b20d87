using Lingua;

namespace Assay.Data.Validation.Texts;

/// <summary>How confident the language detector is, in its low-accuracy mode (the other needs gigabytes). One detector per process: its models load on first use.</summary>
internal static class LanguageConfidence
{
    private const int SampleLength = 600, Samples = 4;

    private static readonly Lazy<LanguageDetector> Detector = new(() => LanguageDetectorBuilder.FromAllLanguages().WithLowAccuracyMode().Build());

    /// <summary>The best of the wanted languages, or the best of all when none is wanted, with its confidence from 0 to 1.</summary>
    /// <param name="text">Its beginning, end and two places between are looked at.</param>
    /// <param name="codes">ISO 639-1 codes in any case.</param>
    public static (string Code, double Confidence) Best(string text, IReadOnlyList<string> codes)
    {
        var best = Detector.Value.ComputeLanguageConfidenceValues(Sample(text))
            .Select(entry => (Code: entry.Key.IsoCode6391().ToString().ToLowerInvariant(), Confidence: entry.Value))
            .Where(entry => codes.Count == 0 || codes.Contains(entry.Code, StringComparer.OrdinalIgnoreCase))
            .OrderByDescending(entry => entry.Confidence).ThenBy(entry => entry.Code, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Code is null ? ("none", 0) : best;
    }

    private static string Sample(string text)
    {
        if (text.Length <= SampleLength * Samples)
        {
            return text;
        }

        var step = (text.Length - SampleLength) / (Samples - 1);
        return string.Join('\n', Enumerable.Range(0, Samples).Select(index => text.Substring(index * step, SampleLength)));
    }
}
