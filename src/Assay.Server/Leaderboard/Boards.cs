using Assay.Client.Leaderboard;
using Assay.Ledger.Replay;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Leaderboard;

/// <summary>Leaderboards with names and intervals, for the API and the pages.</summary>
internal sealed class Boards(StandingFollower standings, IDbContextFactory<AssayDb> reader, TimeProvider clock)
{
    private const double Z = 1.96;

    /// <param name="datanetId">Null for the whole platform.</param>
    /// <param name="season">True: this calendar quarter; false: all time.</param>
    public async Task<BoardView> ReadAsync(string? datanetId, bool season, CancellationToken cancel)
    {
        var quarter = season ? BoardId.SeasonOf(clock.GetUtcNow().ToUnixTimeMilliseconds()) : null;
        var rows = standings.Rank(new BoardId(datanetId, quarter));
        await using var db = await reader.CreateDbContextAsync(cancel);
        var ids = rows.Select(row => row.Account).ToList();
        var names = await db.Accounts.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        var last = await db.Contributions.Where(row => ids.Contains(row.AccountId) && row.DecidedAt != null && (datanetId == null || row.DatanetId == datanetId))
            .GroupBy(row => row.AccountId).Select(group => new { group.Key, At = group.Max(row => row.DecidedAt) }).ToDictionaryAsync(group => group.Key, group => group.At, cancel);
        return new BoardView(datanetId ?? "platform", quarter ?? "all", [.. rows.Select((row, place) =>
        {
            var (low, high) = Interval(row.Accepted, row.Decided);
            return new StandingView(place + 1, row.Account, names.GetValueOrDefault(row.Account, "deleted account"), row.Value, row.Live, row.Accepted, row.Decided,
                low, high, row.ScoreCount == 0 ? 0 : (double)row.ScoreSum / row.ScoreCount, last.GetValueOrDefault(row.Account));
        })]);
    }

    /// <summary>Wilson 95 % interval of the plain rate, 0 to 1.</summary>
    internal static (double Low, double High) Interval(int accepted, int decided)
    {
        if (decided == 0)
        {
            return (0, 1);
        }

        double rate = (double)accepted / decided, spread = Z * Z / decided;
        var half = Z * Math.Sqrt((rate * (1 - rate) / decided) + (spread / (4 * decided)));
        return (Math.Max(0, (rate + (spread / 2) - half) / (1 + spread)), Math.Min(1, (rate + (spread / 2) + half) / (1 + spread)));
    }
}
