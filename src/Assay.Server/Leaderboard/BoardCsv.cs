using System.Globalization;
using System.Text;
using Assay.Client.Leaderboard;

namespace Assay.Server.Leaderboard;

/// <summary>A leaderboard as comma-separated values (RFC 4180), UTF-8, one header line.</summary>
internal static class BoardCsv
{
    public const string MediaType = "text/csv";

    private const double Billion = 1e9;

    public static string Write(BoardView board)
    {
        var text = new StringBuilder("rank,account,name,standing,live,accepted,decided,rate_low,rate_high,mean_score,recent_accepted,recent,active_days,movement,last_decision\r\n");
        foreach (var row in board.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.Rank},{row.AccountId},{Field(row.Name)},{row.Standing / Billion:F9},{row.Live / Billion:F9},")
                .Append(CultureInfo.InvariantCulture, $"{row.Accepted},{row.Decided},{row.RateLow:F4},{row.RateHigh:F4},{row.MeanScore:F1},")
                .Append(CultureInfo.InvariantCulture, $"{row.RecentAccepted},{row.Recent},{row.ActiveDays},{row.Movement},{row.LastDecision?.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\r\n");
        }

        return text.ToString();
    }

    /// <summary>A name in quotes. Spreadsheets run cells that begin like a formula, so such a name gets an apostrophe in front.</summary>
    internal static string Field(string name)
    {
        var safe = name.Length > 0 && name[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + name : name;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
