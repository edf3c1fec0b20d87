namespace Assay.Data.Validation.Texts;

/// <summary>What a datanet is about, as a direction among terms, and between which two cosines relevance rises from 0 to 1.</summary>
/// <remarks>Percentiles and spreads were chosen on the topics of the calibration set that are not held out.</remarks>
internal sealed class RelevanceProfile
{
    private const int LowPercentile = 70, LowPercentileAlone = 80, HighPercentile = 25;
    private const double LeastSpread = 0.03, DefaultSpread = 0.08;
    private const int FewestExemplars = 3;

    private readonly TermVector _direction;

    private RelevanceProfile(TermVector direction, KeywordStuffing stuffing, double low, double high) => (_direction, Stuffing, Low, High) = (direction, stuffing, low, high);

    /// <summary>Cosine at and below which a text counts as unrelated: what 70 of 100 texts on anything else stay below, or 80 where the profile has no exemplars.</summary>
    public double Low { get; }

    /// <summary>Cosine from which a text counts as fully related.</summary>
    public double High { get; }

    /// <summary>Tells keywords from text.</summary>
    public KeywordStuffing Stuffing { get; }

    /// <summary>Builds the profile from the owner's words and exemplars, and the accepted files of the last renewal.</summary>
    public static RelevanceProfile Of(ValidationProfile profile)
    {
        var own = string.Join("\n\n", [profile.Purpose, profile.Description, string.Join(", ", profile.Tags)]);
        var words = TermVector.Of(own);
        var exemplars = profile.Exemplars.Select(TermVector.Of).ToList();
        var accepted = profile.AcceptedTerms is { Count: > 0 } terms ? TermVector.FromTerms(terms) : null;
        var direction = Direction(words, exemplars, accepted);
        var stuffing = new KeywordStuffing(string.Join("\n\n", [own, .. profile.Exemplars]));
        var low = Percentile([.. ReferenceSet.English.Select(paragraph => direction.Cosine(TermVector.Of(paragraph)))], exemplars.Count < FewestExemplars ? LowPercentileAlone : LowPercentile);
        if (exemplars.Count < FewestExemplars)
        {
            return new RelevanceProfile(direction, stuffing, low, low + DefaultSpread);
        }

        var leftOut = exemplars.Select((exemplar, index) => exemplar.Cosine(Direction(words, [.. exemplars.Where((_, other) => other != index)], accepted)));
        return new RelevanceProfile(direction, stuffing, low, Math.Max(Percentile([.. leftOut], HighPercentile), low + LeastSpread));
    }

    /// <summary>Cosine of a text to the profile, 0 to 1.</summary>
    public double Cosine(string text) => _direction.Cosine(TermVector.Of(text));

    /// <summary>The cosine as a share of the way from <see cref="Low"/> to <see cref="High"/>.</summary>
    public double Share(double cosine) => Math.Clamp((cosine - Low) / (High - Low), 0, 1);

    /// <summary>The owner's words, all exemplars together and the accepted files each count the same.</summary>
    private static TermVector Direction(TermVector words, List<TermVector> exemplars, TermVector? accepted) => TermVector.Centroid(
        [words, .. exemplars.Count > 0 ? (TermVector[])[TermVector.Centroid(exemplars)] : [], .. accepted is null ? (TermVector[])[] : [accepted]]);

    /// <summary>Nearest-rank percentile.</summary>
    private static double Percentile(double[] values, int percent)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(values.Length * percent / 100.0) - 1, 0, values.Length - 1)];
    }
}
