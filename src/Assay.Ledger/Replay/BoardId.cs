namespace Assay.Ledger.Replay;

/// <summary>Names one leaderboard.</summary>
/// <param name="Datanet">Datanet id; null for the whole platform.</param>
/// <param name="Season">Calendar quarter in UTC, such as <c>2026-Q4</c>; null for all time.</param>
public readonly record struct BoardId(string? Datanet = null, string? Season = null)
{
    /// <summary>The season of a ledger time.</summary>
    /// <param name="timestamp">Milliseconds since 1970-01-01 UTC.</param>
    public static string SeasonOf(long timestamp)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(timestamp);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.Year:D4}-Q{((time.Month - 1) / 3) + 1}");
    }
}
