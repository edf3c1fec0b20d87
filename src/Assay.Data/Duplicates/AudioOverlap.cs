namespace Assay.Data.Duplicates;

/// <summary>How much of one clip is in another.</summary>
/// <param name="Permille">Of its blocks of three seconds, 0 to 1000.</param>
/// <param name="ErrorRate">Least share of differing bits over a block; 1 when no block is the same.</param>
/// <param name="At">Seconds into the clip where the first such block begins.</param>
/// <param name="OtherAt">Seconds into the other where it lies.</param>
public readonly record struct AudioOverlap(int Permille, double ErrorRate, double At, double OtherAt)
{
    private const int Full = 200, None = 800;

    /// <summary>0 to 1000: full up to a fifth of the clip, none from four fifths, linear between.</summary>
    public int Novelty => Math.Clamp((None - Permille) * 1000 / (None - Full), 0, 1000);
}
