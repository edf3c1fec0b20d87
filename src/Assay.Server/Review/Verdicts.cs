using Assay.Ledger.Entries;
using Assay.Ledger.Tree;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>Writes what people decided: state, ledger entries and the index of duplicates, in the caller's transaction.</summary>
internal static class Verdicts
{
    /// <param name="row">The file.</param>
    /// <param name="round">Its open round, which is closed.</param>
    /// <param name="verdict">What was decided, by whom, where it goes on the ledger.</param>
    /// <param name="votes">The votes of the round, in the order they were cast; none when one person decided.</param>
    public static async Task ApplyAsync(AssayDb db, ContributionRow row, ReviewCaseRow round, Verdict verdict, IReadOnlyList<VoteRow> votes, CancellationToken stop)
    {
        var at = verdict.At.ToUnixTimeMilliseconds();
        if (votes.Count > 0)
        {
            var root = votes.Aggregate(RightEdge.Empty, (edge, vote) => edge.Append(Convert.FromHexString(LeafOf(vote)))).Root.ToString();
            db.Append(new VotesEntry(verdict.Contribution, round.Round, votes.Count, verdict.Needed, root) { Timestamp = at });
        }

        var entry = db.Append(new VerdictEntry(verdict.Contribution, await NextSequenceAsync(db, row, stop), verdict.Accepted ? VerdictEntry.Accepted : VerdictEntry.Rejected,
            row.Score ?? 0, LedgerFacts.Sha256(row.Report ?? ""), verdict.Rules, verdict.By)
        { Timestamp = at });
        await db.SaveChangesAsync(stop); // the entry's row id
        row.State = verdict.Accepted ? ContributionState.Accepted : ContributionState.Rejected;
        row.DecidedAt = verdict.At;
        row.VerdictEntryId = entry.Id;
        round.ClosedAt = verdict.At;
        round.Accepted = verdict.Accepted;
        round.VerdictEntryId = entry.Id;
        await db.Assignments.Where(held => held.CaseId == round.Id && held.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(held => held.EndedAt, verdict.At), stop);
        if (verdict.Accepted)
        {
            await DuplicateIndex.AddAsync(db, row.Id, verdict.Bands, stop);
        }
        else
        {
            await DuplicateIndex.RemoveAsync(db, row.Id, stop);
        }
    }

    /// <summary>The leaf of a vote; one from before votes had salts is committed to with a salt of zeros, under the reviewer's random id.</summary>
    private static string LeafOf(VoteRow vote) =>
        Commitment.OfVote(vote.Salt.Length == Commitment.SaltLength ? vote.Salt : new byte[Commitment.SaltLength], vote.Accept, vote.ReviewerId, vote.Reason);

    private static async Task<long> NextSequenceAsync(AssayDb db, ContributionRow row, CancellationToken stop)
    {
        var bytes = await db.LedgerEntries.Where(entry => entry.Id == row.VerdictEntryId).Select(entry => entry.Bytes).FirstAsync(stop);
        return ((VerdictEntry)EntryTypes.Parse(bytes)).Sequence + 1;
    }
}

/// <param name="By">votes, owner or operator.</param>
/// <param name="Needed">Agreeing votes that decide.</param>
/// <param name="Contribution">Ledger index of the contribution.</param>
/// <param name="Rules">Ledger index of the rules policy.</param>
/// <param name="Bands">Of the file's records, when the index of duplicates does not hold them.</param>
internal sealed record Verdict(bool Accepted, string By, int Needed, long Contribution, long Rules, IReadOnlyList<BandRow> Bands, DateTimeOffset At);
