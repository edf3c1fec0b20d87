using Assay.Ledger.Entries;
using Assay.Ledger.Replay;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Leaderboard;

/// <summary>The leaderboards, replayed from ledger entry 0 at start and kept up to date with each new entry.</summary>
internal sealed class StandingFollower(IDbContextFactory<AssayDb> reader)
{
    private const int Slice = 4096;

    private readonly Lock _lock = new();
    private readonly StandingBoards _boards = new();
    private long _next;

    /// <summary>Takes in every sequenced entry that it has not seen. One caller at a time: the sequencer.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        while (true)
        {
            var entries = await db.LedgerEntries.AsNoTracking().Where(row => row.Index >= _next).OrderBy(row => row.Index).Take(Slice)
                .Select(row => new { row.Index, row.Bytes }).ToListAsync(cancel);
            lock (_lock)
            {
                foreach (var entry in entries)
                {
                    _boards.Apply(EntryTypes.Parse(entry.Bytes), entry.Index!.Value);
                    _next = entry.Index.Value + 1;
                }
            }

            if (entries.Count < Slice)
            {
                return;
            }
        }
    }

    /// <summary>One board, best first.</summary>
    public IReadOnlyList<Standing> Rank(BoardId board)
    {
        lock (_lock)
        {
            return [.. _boards.Rank(board)];
        }
    }
}
