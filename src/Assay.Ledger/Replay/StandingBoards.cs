using Assay.Ledger.Entries;

namespace Assay.Ledger.Replay;

/// <summary>All contributor boards, replayed from <c>contrib</c>, <c>verdict</c> and <c>remove</c> entries alone.</summary>
/// <remarks>Feeding entries one by one gives the same boards as feeding the whole ledger again. Not thread safe.</remarks>
public sealed class StandingBoards
{
    private readonly Dictionary<long, Contribution> _contributions = [];
    private readonly Dictionary<BoardId, Dictionary<string, StandingHistory>> _boards = [];

    /// <summary>The boards on which anything was decided.</summary>
    public IReadOnlyCollection<BoardId> Boards => _boards.Keys;

    /// <summary>Takes in the next entry of the ledger; entries of other types change nothing.</summary>
    /// <exception cref="LedgerCorruptException">It refers to an index that is no contribution.</exception>
    public void Apply(LedgerEntry entry, long index)
    {
        switch (entry)
        {
            case ContribEntry contribution:
                _contributions.Add(index, new Contribution(contribution));
                break;
            case VerdictEntry verdict when verdict.Result != VerdictEntry.Review:
                Decide(verdict, index);
                break;
            case RemoveEntry { Kind: RemoveEntry.Void } remove:
                Find(remove.Contribution, index).Voided = true;
                foreach (var history in Histories(Find(remove.Contribution, index)))
                {
                    history.Void(remove.Contribution);
                }

                break;
        }
    }

    /// <summary>One board, best first. Empty when nothing was decided on it.</summary>
    public IReadOnlyList<Standing> Rank(BoardId board) => _boards.TryGetValue(board, out var histories)
        ? [.. histories.Values.Select(history => history.Current).Where(standing => standing.Decided > 0).Order(Standing.BestFirst)]
        : [];

    private void Decide(VerdictEntry verdict, long index)
    {
        var contribution = Find(verdict.Contribution, index);
        // The first decision sets the season: an appeal decided in January still belongs to the autumn in which the file was judged.
        contribution.Season ??= BoardId.SeasonOf(verdict.Timestamp);
        foreach (var history in Histories(contribution))
        {
            if (contribution.Voided)
            {
                history.Void(verdict.Contribution);
            }

            history.Decide(verdict.Contribution, verdict.Result == VerdictEntry.Accepted, (int)verdict.Score, index, verdict.Timestamp);
        }
    }

    private Contribution Find(long contribution, long index) => _contributions.TryGetValue(contribution, out var known)
        ? known
        : throw new LedgerCorruptException($"Entry {index} refers to entry {contribution}, which is no contribution before it.");

    private IEnumerable<StandingHistory> Histories(Contribution contribution)
    {
        // Not decided yet; or brought in by the owner with an import, which is nobody's contest.
        BoardId[] boards = contribution.Season is not { } season || contribution.Entry.Import is not null ? [] :
            [new(), new(null, season), new(contribution.Entry.Datanet), new(contribution.Entry.Datanet, season)];
        return boards.Select(board => History(board, contribution.Entry.Account));
    }

    private StandingHistory History(BoardId board, string account)
    {
        if (!_boards.TryGetValue(board, out var histories))
        {
            _boards.Add(board, histories = []);
        }

        if (!histories.TryGetValue(account, out var history))
        {
            histories.Add(account, history = new StandingHistory(account));
        }

        return history;
    }

    private sealed class Contribution(ContribEntry entry)
    {
        public ContribEntry Entry { get; } = entry;

        public string? Season { get; set; }

        public bool Voided { get; set; }
    }
}
