using Assay.Client.Review;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>POST /api/v1/review/{contribution}/votes: one vote; agreeing votes decide, and the verdict goes on the ledger.</summary>
internal sealed class CastVote(IDbContextFactory<AssayDb> reader, DbWriter writer, LedgerSequencer ledger, IOptions<ReviewOptions> options, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/votes",
        async Task<Results<Ok<VoteView>, ProblemHttpResult>> (string id, VoteRequest request, CurrentUser user, CastVote cast, CancellationToken cancel) =>
        {
            var (view, refusal) = await cast.HandleAsync(id, request, user.Id, cancel);
            return refusal is null ? TypedResults.Ok(view!) : refusal.ToProblem();
        }).RequireAuthorization(Scopes.Contribute);

    internal async Task<(VoteView? View, Refusal? Why)> HandleAsync(string id, VoteRequest request, string reviewerId, CancellationToken cancel)
    {
        if (request.Reason.Trim().Length is < 1 or > 500)
        {
            return (null, Refusal.Invalid("A vote needs a reason of 1 to 500 characters; the contributor reads it."));
        }

        long index;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            var entry = await db.Contributions.Where(row => row.Id == id).Select(row => (long?)row.EntryId).FirstOrDefaultAsync(cancel);
            if (entry is null)
            {
                return (null, Refusal.NotFound("contribution", id));
            }

            index = await ledger.IndexOfAsync(entry.Value, cancel);
        }

        var rules = await ledger.RulesIndexAsync(cancel);
        var now = clock.GetUtcNow();
        var outcome = await writer.WriteAsync<(VoteView?, Refusal?)>(async (db, stop) =>
        {
            var row = await db.Contributions.FirstAsync(contribution => contribution.Id == id, stop);
            if (row.State != ContributionState.Review)
            {
                return (null, Refusal.Conflict("decided", $"This file is {row.State.ToString().ToLowerInvariant()}; it is not in review."));
            }

            if (row.AccountId == reviewerId)
            {
                return (null, Refusal.Forbidden("Nobody reviews their own files."));
            }

            var votes = await db.Votes.Where(vote => vote.ContributionId == id).ToListAsync(stop);
            if (votes.Exists(vote => vote.ReviewerId == reviewerId))
            {
                return (null, Refusal.Conflict("voted", "You have voted on this file."));
            }

            var vote = new VoteRow { ContributionId = id, ReviewerId = reviewerId, Accept = request.Accept, Reason = request.Reason.Trim(), VotedAt = now };
            db.Votes.Add(vote);
            votes.Add(vote);
            if (Decide(votes.Select(one => one.Accept), options.Value.VotesNeeded) is { } accepted)
            {
                await ApplyAsync(db, row, accepted, (index, rules), now, stop);
            }

            return (new VoteView(id, row.State.ToString().ToLowerInvariant(), votes.Count, options.Value.VotesNeeded), null);
        }, cancel);
        ledger.Wake();
        return outcome;
    }

    /// <summary>Accepted or rejected when enough votes agree; null while they do not.</summary>
    internal static bool? Decide(IEnumerable<bool> votes, int needed)
    {
        var count = votes.CountBy(accept => accept).ToDictionary();
        return count.GetValueOrDefault(true) >= needed ? true : count.GetValueOrDefault(false) >= needed ? false : null;
    }

    private static async Task ApplyAsync(AssayDb db, ContributionRow row, bool accepted, (long Contribution, long Rules) index, DateTimeOffset now, CancellationToken stop)
    {
        var entry = db.Append(new VerdictEntry(index.Contribution, 2, accepted ? VerdictEntry.Accepted : VerdictEntry.Rejected, row.Score ?? 0,
            LedgerFacts.Sha256(row.Report ?? ""), index.Rules, VerdictEntry.Votes)
        { Timestamp = now.ToUnixTimeMilliseconds() });
        await db.SaveChangesAsync(stop); // the entry's row id
        row.State = accepted ? ContributionState.Accepted : ContributionState.Rejected;
        row.DecidedAt = now;
        row.VerdictEntryId = entry.Id;
        if (!accepted)
        {
            await db.Bands.Where(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == row.Id)).ExecuteDeleteAsync(stop);
        }
    }
}
