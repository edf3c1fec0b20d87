using Assay.Client.Leaderboard;
using Assay.Ledger.Replay;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Leaderboard;

/// <summary>Leaderboards with names, intervals and movement, for the API, the pages and the CSV file.</summary>
internal sealed class Boards(StandingFollower standings, IDbContextFactory<AssayDb> reader, UtcDay today, TimeProvider clock)
{
    /// <summary>Rows of a board when nothing else is asked for, and the most that one answer holds.</summary>
    public const int DefaultRows = 100, MostRows = 1000;

    private const double Z = 1.96;

    /// <summary>Rows above and below the reader's own that are shown with it.</summary>
    private const int Neighbours = 2;

    /// <summary>The season that a period names: null for <c>all</c>, the present quarter for <c>season</c>, or a quarter such as <c>2026-Q4</c>. False: it is none of these.</summary>
    public bool TrySeason(string period, out string? season)
    {
        season = period switch
        {
            "all" => null,
            "season" => BoardId.SeasonOf(clock.GetUtcNow().ToUnixTimeMilliseconds()),
            _ => period,
        };
        return season is null || (season.Length == 7 && season[4] == '-' && season[5] == 'Q' && season[6] is >= '1' and <= '4' && season.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    /// <param name="board">Which board.</param>
    /// <param name="count">Most rows from the top.</param>
    /// <param name="own">The reader's account, whose row is added with its neighbours when it is further down; null for none.</param>
    /// <param name="cancel">Stops reading.</param>
    public async Task<BoardView> ReadAsync(BoardId board, int count, string? own, CancellationToken cancel)
    {
        var ranked = standings.Rank(board);
        var place = own is null ? -1 : ranked.Index().FirstOrDefault(row => row.Item.Account == own, (-1, null!)).Index;
        var first = Math.Max(count, place - Neighbours);
        var pinned = place < count ? 0..0 : first..Math.Min(ranked.Count, place + Neighbours + 1);
        var top = Math.Min(count, ranked.Count);
        var views = await ViewsAsync(board, [.. ranked.Take(top).Index(), .. ranked.Index().Take(pinned)], cancel);
        return new BoardView(board.Datanet ?? "platform", board.Season ?? "all", ranked.Count, views[..top], views[top..], standings.Seasons());
    }

    private async Task<List<StandingView>> ViewsAsync(BoardId board, IReadOnlyList<(int Index, Standing Item)> rows, CancellationToken cancel)
    {
        var day = await today.CurrentAsync(cancel);
        var before = await standings.RanksBeforeAsync(board, UtcDay.EndOf(day).AddDays(-1), cancel);
        await using var db = await reader.CreateDbContextAsync(cancel);
        var ids = rows.Select(row => row.Item.Account).ToList();
        var names = await db.Accounts.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        var last = await db.Contributions.Where(row => ids.Contains(row.AccountId) && row.DecidedAt != null && (board.Datanet == null || row.DatanetId == board.Datanet))
            .GroupBy(row => row.AccountId).Select(group => new { group.Key, At = group.Max(row => row.DecidedAt) }).ToDictionaryAsync(group => group.Key, group => group.At, cancel);
        return [.. rows.Select(pair =>
        {
            var (index, row) = pair;
            var (low, high) = Interval(row.Accepted, row.Decided);
            return new StandingView(index + 1, row.Account, names.GetValueOrDefault(row.Account, "deleted account"), row.Value, row.Live, row.Accepted, row.Decided,
                low, high, row.ScoreCount == 0 ? 0 : (double)row.ScoreSum / row.ScoreCount, row.RecentAccepted, Math.Min(row.Decided, Standing.RecentDecisions),
                row.ActiveDays, before.TryGetValue(row.Account, out var earlier) ? earlier - index - 1 : null, last.GetValueOrDefault(row.Account));
        })];
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
