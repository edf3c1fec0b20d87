namespace Assay.Ledger.Replay;

/// <summary>The Wilson 95 % lower bound of an acceptance rate: how good the rate is at least, given how few decisions there are.</summary>
public static class WilsonBound
{
    /// <summary>Standings are whole billionths.</summary>
    public const long Scale = 1_000_000_000;

    private const double Z = 1.96;

    /// <summary>⌊10⁹ · (2a + z² − z·√(z² + 4a(n − a)/n)) / (2(n + z²))⌋ with z = 1.96; 0 when nothing was accepted.</summary>
    /// <param name="accepted">a, from 0 to <paramref name="decided"/>.</param>
    /// <param name="decided">n.</param>
    /// <remarks>
    /// E. B. Wilson 1927. Double arithmetic gives the same floor as 60-digit arithmetic, so a replay elsewhere is exact;
    /// the order of the operations is part of the rule.
    /// </remarks>
    public static long Of(int accepted, int decided)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(accepted);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accepted, decided);
        if (accepted == 0)
        {
            return 0;
        }

        double a = accepted, n = decided;
        const double Z2 = Z * Z;
        var bound = ((2 * a) + Z2 - (Z * Math.Sqrt(Z2 + (4 * a * (n - a) / n)))) / (2 * (n + Z2));
        return (long)Math.Floor(Scale * bound);
    }
}
