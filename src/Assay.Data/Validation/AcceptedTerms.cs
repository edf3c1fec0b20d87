using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation;

/// <summary>What a renewal of a relevance profile takes from the accepted files, and the bounds that a profile has.</summary>
public static class AcceptedTerms
{
    private const int Kept = 2_000;

    /// <summary>The heaviest terms of the centroid of texts, as bucket and weight.</summary>
    public static IReadOnlyDictionary<int, double> Of(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return TermVector.Centroid(texts.Select(TermVector.Of)).Heaviest(Kept);
    }

    /// <summary>The cosine up to which relevance is 0, and the one from which it is full.</summary>
    public static (double Low, double High) Bounds(ValidationProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var built = RelevanceProfile.Of(profile);
        return (built.Low, built.High);
    }
}
