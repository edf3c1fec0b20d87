using System.Globalization;

namespace Assay.Models.Export;

/// <summary>How far an export may be from the model that was tested, by the type its weights are written in.</summary>
/// <param name="MaxLogitDifference">Largest difference of two logits; null when only the distribution counts.</param>
/// <param name="MeanKl">Largest mean divergence in nats.</param>
/// <param name="EqualTop">Least share of equal likeliest tokens.</param>
/// <remarks>Figures: product design EX-1.</remarks>
public sealed record ParityLimit(double? MaxLogitDifference, double? MeanKl, double? EqualTop)
{
    /// <summary>Full precision: the same numbers but for the order of sums.</summary>
    public static ParityLimit Full { get; } = new(1e-4, null, null);

    /// <summary>Weights rounded to 16 bits.</summary>
    public static ParityLimit Half { get; } = new(null, 1e-3, 0.99);

    /// <summary>Weights rounded to 8 or 4 bits.</summary>
    public static ParityLimit Quantised { get; } = new(null, 1e-2, null);

    /// <summary>The limit as a sentence.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        if (MaxLogitDifference is { } logit)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"no logit differs by more than {logit}"));
        }

        if (MeanKl is { } kl)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"mean KL at most {kl} nats"));
        }

        if (EqualTop is { } top)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"the same likeliest token at {top:P0} of the places or more"));
        }

        return string.Join(", ", parts);
    }

    internal bool Holds(double maxLogitDifference, double meanKl, double equalTop) =>
        !(maxLogitDifference > MaxLogitDifference) && !(meanKl > MeanKl) && !(equalTop < EqualTop) && double.IsFinite(meanKl) && double.IsFinite(maxLogitDifference);
}
