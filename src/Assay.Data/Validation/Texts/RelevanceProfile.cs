namespace Assay.Data.Validation.Texts;

/// <summary>What a datanet is about, as a direction among terms, and between which two cosines relevance rises from 0 to 1.</summary>
internal sealed class RelevanceProfile
{
    /// <summary>Without exemplars: calibrated on the labelled texts of the tests, where the nearest off-topic text stays below and the farthest on-topic text above.</summary>
    private const double DefaultLow = 0.02, DefaultHigh = 0.08;

    private const double LeastSpread = 0.03;
    private const int FewestExemplars = 3;

    private readonly TermVector _direction;

    private RelevanceProfile(TermVector direction, double low, double high) => (_direction, Low, High) = (direction, low, high);

    /// <summary>Cosine at and below which a text counts as unrelated.</summary>
    public double Low { get; }

    /// <summary>Cosine from which a text counts as fully related.</summary>
    public double High { get; }

    /// <summary>Builds the profile from the owner's words and exemplars.</summary>
    public static RelevanceProfile Of(ValidationProfile profile)
    {
        var words = TermVector.Of(string.Join("\n\n", [profile.Purpose, profile.Description, string.Join(", ", profile.Tags)]));
        var exemplars = profile.Exemplars.Select(TermVector.Of).ToList();
        var direction = Direction(words, exemplars);
        if (exemplars.Count < FewestExemplars)
        {
            return new RelevanceProfile(direction, DefaultLow, DefaultHigh);
        }

        var low = Math.Max(DefaultLow, Percentile([.. ReferenceSet.English.Select(paragraph => direction.Cosine(TermVector.Of(paragraph)))], 95));
        var leftOut = exemplars.Select((exemplar, index) => exemplar.Cosine(Direction(words, [.. exemplars.Where((_, other) => other != index)])));
        return new RelevanceProfile(direction, low, Math.Max(Percentile([.. leftOut], 25), low + LeastSpread));
    }

    /// <summary>Cosine of a text to the profile, 0 to 1.</summary>
    public double Cosine(string text) => _direction.Cosine(TermVector.Of(text));

    /// <summary>The cosine as a share of the way from <see cref="Low"/> to <see cref="High"/>.</summary>
    public double Share(double cosine) => Math.Clamp((cosine - Low) / (High - Low), 0, 1);

    /// <summary>The owner's words count as much as all exemplars together.</summary>
    private static TermVector Direction(TermVector words, List<TermVector> exemplars) =>
        exemplars.Count == 0 ? words : TermVector.Centroid([words, TermVector.Centroid(exemplars)]);

    /// <summary>Nearest-rank percentile.</summary>
    private static double Percentile(double[] values, int percent)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(values.Length * percent / 100.0) - 1, 0, values.Length - 1)];
    }
}
