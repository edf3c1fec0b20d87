namespace Assay.Data.Duplicates;

/// <summary>Jaccard similarity as the fraction it is, so that scores come out the same on any machine.</summary>
/// <param name="Shared">Grams in both texts.</param>
/// <param name="Union">Grams in either text.</param>
public readonly record struct Resemblance(int Shared, int Union)
{
    /// <summary>Nothing in common.</summary>
    public static Resemblance None { get; } = new(0, 1);

    /// <summary>J = shared / union, 0 to 1; 0 for two empty texts.</summary>
    public double Jaccard() => Union == 0 ? 0 : (double)Shared / Union;

    /// <summary>Record novelty clamp((0.8 − J) / 0.3) as 0 to 1000: full below J = 0.5, 0 from J = 0.8.</summary>
    public int Novelty() => Union == 0 ? 1000 : (int)Math.Clamp(((8L * Union) - (10L * Shared)) * 1000 / (3L * Union), 0, 1000);
}
