namespace Assay.Ledger.Replay;

/// <summary>Where one account stands on one board.</summary>
/// <param name="Account">Account id.</param>
/// <param name="Value">The standing: billionths, and it only rises.</param>
/// <param name="ScoreSum">Sum of the validation scores of its accepted files, as it was when <paramref name="Value"/> was reached.</param>
/// <param name="ScoreCount">Number of those files.</param>
/// <param name="ReachedAt">Ledger index of the entry that raised it to <paramref name="Value"/>; 0 while it is 0.</param>
/// <param name="Live">The bound over all its decisions, billionths. Shown, and drives audits; orders nothing.</param>
/// <param name="Accepted">Accepted files now.</param>
/// <param name="Decided">Accepted and rejected files now.</param>
public sealed record Standing(string Account, long Value, long ScoreSum, int ScoreCount, long ReachedAt, long Live, int Accepted, int Decided)
{
    /// <summary>How many of the latest decisions <see cref="RecentAccepted"/> counts; fewer while there are fewer.</summary>
    public const int RecentDecisions = 10;

    /// <summary>Accepted among the latest <see cref="RecentDecisions"/> decisions by position. Shown as the trend; orders nothing.</summary>
    public int RecentAccepted { get; init; }

    /// <summary>UTC days on which a verdict on one of its files was made. Shown; orders nothing.</summary>
    public int ActiveDays { get; init; }

    /// <summary>Best first: higher standing, then higher mean score when it was reached, then reached earlier, then account id.</summary>
    public static IComparer<Standing> BestFirst { get; } = Comparer<Standing>.Create(Compare);

    private static int Compare(Standing x, Standing y)
    {
        var byValue = y.Value.CompareTo(x.Value);
        // Means are compared as fractions, so no rounding ever makes or breaks a tie.
        var byMean = ((Int128)y.ScoreSum * Math.Max(1, x.ScoreCount)).CompareTo((Int128)x.ScoreSum * Math.Max(1, y.ScoreCount));
        var byTime = x.ReachedAt.CompareTo(y.ReachedAt);
        return byValue != 0 ? byValue : byMean != 0 ? byMean : byTime != 0 ? byTime : string.CompareOrdinal(x.Account, y.Account);
    }
}
