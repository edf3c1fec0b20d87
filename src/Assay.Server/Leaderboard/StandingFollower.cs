using Assay.Ledger.Entries;
using Assay.Ledger.Replay;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Leaderboard;

/// <summary>The leaderboards, replayed from ledger entry 0 at start and kept up to date with each new entry; and the same boards as they were when the day began.</summary>
internal sealed class StandingFollower(IDbContextFactory<AssayDb> reader) : IDisposable
{
    private const int Slice = 4096;

    private readonly Replayed _now = new();
    private readonly Replayed _earlier = new();
    private readonly SemaphoreSlim _earlierTurn = new(1);

    /// <summary>Takes in every sequenced entry that it has not seen. One caller at a time: the sequencer.</summary>
    public Task FollowAsync(CancellationToken cancel) => _now.FollowAsync(reader, long.MaxValue, cancel);

    /// <summary>One board, best first.</summary>
    public IReadOnlyList<Standing> Rank(BoardId board) => _now.Rank(board);

    /// <summary>The seasons in which anything was decided, latest first.</summary>
    public IReadOnlyList<string> Seasons() => _now.Seasons();

    /// <summary>Rank of each account, from 1, on a board as it was before an instant. Instants never go back: an earlier one gives the board of the latest asked for.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RanksBeforeAsync(BoardId board, DateTimeOffset instant, CancellationToken cancel)
    {
        await _earlierTurn.WaitAsync(cancel);
        try
        {
            await _earlier.FollowAsync(reader, instant.ToUnixTimeMilliseconds(), cancel);
            return _earlier.Rank(board).Index().ToDictionary(row => row.Item.Account, row => row.Index + 1);
        }
        finally
        {
            _earlierTurn.Release();
        }
    }

    public void Dispose() => _earlierTurn.Dispose();

    /// <summary>Boards with the position in the ledger that they have reached. Ranked boards are kept until an entry comes in.</summary>
    private sealed class Replayed
    {
        private readonly Lock _lock = new();
        private readonly StandingBoards _boards = new();
        private readonly Dictionary<BoardId, IReadOnlyList<Standing>> _ranked = [];
        private long _next;

        /// <param name="before">Ledger time in milliseconds at which to stop.</param>
        public async Task FollowAsync(IDbContextFactory<AssayDb> reader, long before, CancellationToken cancel)
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            while (true)
            {
                var rows = await db.LedgerEntries.AsNoTracking().Where(row => row.Index >= _next).OrderBy(row => row.Index).Take(Slice)
                    .Select(row => new { row.Index, row.Bytes }).ToListAsync(cancel);
                lock (_lock)
                {
                    foreach (var row in rows)
                    {
                        var entry = EntryTypes.Parse(row.Bytes);
                        if (entry.Timestamp >= before)
                        {
                            return;
                        }

                        _boards.Apply(entry, row.Index!.Value);
                        _next = row.Index.Value + 1;
                        _ranked.Clear();
                    }
                }

                if (rows.Count < Slice)
                {
                    return;
                }
            }
        }

        public IReadOnlyList<Standing> Rank(BoardId board)
        {
            lock (_lock)
            {
                if (!_ranked.TryGetValue(board, out var rows))
                {
                    _ranked.Add(board, rows = _boards.Rank(board));
                }

                return rows;
            }
        }

        public IReadOnlyList<string> Seasons()
        {
            lock (_lock)
            {
                return [.. _boards.Boards.Select(board => board.Season).OfType<string>().Distinct().OrderDescending(StringComparer.Ordinal)];
            }
        }
    }
}
