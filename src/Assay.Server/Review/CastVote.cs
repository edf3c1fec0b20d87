using Assay.Client.Review;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>
/// POST /api/v1/review/assignments/{id}/vote: one vote; agreeing votes decide, and the verdict goes on the ledger. …/pass: hands the file back.
/// The answer is the same whatever the vote did, so that it does not tell a file with a known answer.
/// </summary>
internal sealed class CastVote(IDbContextFactory<AssayDb> reader, DbWriter writer, LedgerSequencer ledger, LinkedAccounts links,
    IOptions<ReviewOptions> options, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/assignments/{id:long}/vote", async Task<Results<Ok<VoteView>, ProblemHttpResult>> (long id, VoteRequest request, CurrentUser user, CastVote cast, CancellationToken cancel) =>
            await cast.HandleAsync(id, request, user.Id, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.Ok(new VoteView(id, cast.Needed))).RequireAuthorization(Scopes.Contribute);
        group.MapPost("/assignments/{id:long}/pass", async Task<Results<NoContent, ProblemHttpResult>> (long id, CurrentUser user, CastVote cast, CancellationToken cancel) =>
            await cast.PassAsync(id, user.Id, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent()).RequireAuthorization(Scopes.Contribute);
    }

    /// <summary>Agreeing votes that decide a file.</summary>
    internal int Needed => options.Value.VotesNeeded;

    /// <returns>Why the vote was not counted; null when it was.</returns>
    internal async Task<Refusal?> HandleAsync(long id, VoteRequest request, string reviewerId, CancellationToken cancel)
    {
        if (request.Reason.Trim().Length is < 1 or > 500)
        {
            return Refusal.Invalid("A vote needs a reason of 1 to 500 characters; the contributor reads it.");
        }

        Prepared prepared;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            var assignment = await db.Assignments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.ReviewerId == reviewerId, cancel);
            if (assignment is null)
            {
                return Refusal.NotFound("assignment of yours", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            var entry = await db.Contributions.Where(row => row.Id == assignment.ContributionId).Select(row => row.EntryId).FirstAsync(cancel);
            prepared = new Prepared(request with { Reason = request.Reason.Trim() }, await ledger.IndexOfAsync(entry, cancel), await ledger.RulesIndexAsync(cancel),
                assignment.CaseId is null ? [] : await DuplicateIndex.MissingAsync(db, assignment.ContributionId, cancel), clock.GetUtcNow());
        }

        var refusal = await writer.WriteAsync((db, stop) => VoteAsync(db, id, prepared, stop), cancel);
        ledger.Wake();
        return refusal;
    }

    /// <inheritdoc cref="HandleAsync"/>
    internal Task<Refusal?> PassAsync(long id, string reviewerId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return writer.WriteAsync(async (db, stop) =>
        {
            var assignment = await db.Assignments.FirstOrDefaultAsync(row => row.Id == id && row.ReviewerId == reviewerId, stop);
            if (assignment is null)
            {
                return Refusal.NotFound("assignment of yours", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            if (Ended(assignment, now) is { } ended)
            {
                return ended;
            }

            (assignment.Passed, assignment.EndedAt) = (true, now);
            return null;
        }, cancel);
    }

    private async Task<Refusal?> VoteAsync(AssayDb db, long id, Prepared prepared, CancellationToken stop)
    {
        var assignment = await db.Assignments.FirstAsync(row => row.Id == id, stop);
        if (Ended(assignment, prepared.At) is { } ended)
        {
            return ended;
        }

        assignment.EndedAt = prepared.At;
        var row = await db.Contributions.FirstAsync(contribution => contribution.Id == assignment.ContributionId, stop);
        var round = await db.ReviewCases.FirstOrDefaultAsync(open => open.Id == assignment.CaseId, stop);
        if (row.Removal is not null || round is { ClosedAt: not null })
        {
            return Gone; // it ended while this reviewer read
        }

        if ((await links.OfAsync(db, assignment.ReviewerId, stop)).Contains(row.AccountId))
        {
            return Refusal.Conflict("linked", "Since you were given this file, your account and its contributor's were linked, so the vote does not count. Ask for the next one.");
        }

        db.Votes.Add(new VoteRow
        {
            ContributionId = row.Id,
            ReviewerId = assignment.ReviewerId,
            CaseId = round?.Id,
            Accept = prepared.Vote.Accept,
            Reason = prepared.Vote.Reason,
            Salt = Commitment.NewSalt(),
            VotedAt = prepared.At,
        });
        if (round is null)
        {
            return null; // a known answer: the vote says something of the reviewer and nothing of the file
        }

        await db.SaveChangesAsync(stop); // so that it is counted
        round.LastMoveAt = prepared.At;
        var votes = await db.Votes.Where(vote => vote.CaseId == round.Id).OrderBy(vote => vote.VotedAt).ThenBy(vote => vote.ReviewerId).ToListAsync(stop);
        if (AssignmentRules.Decide(votes.Select(vote => vote.Accept), Needed) is { } accepted)
        {
            await Verdicts.ApplyAsync(db, row, round, new Verdict(accepted, VerdictEntry.Votes, Needed, prepared.Index, prepared.Rules, prepared.Bands, prepared.At), votes, stop);
        }

        return null;
    }

    private static Refusal? Ended(AssignmentRow assignment, DateTimeOffset now) => assignment.IsHeld(now) ? null
        : assignment.EndedAt is null ? Refusal.Conflict("expired", $"You held this file until {assignment.ExpiresAt:yyyy-MM-dd HH:mm} UTC. Ask for the next one.")
        : Gone;

    private static Refusal Gone { get; } = Refusal.Conflict("ended", "This file no longer waits for your vote: you voted or handed it back, or it was decided or removed meanwhile. Ask for the next one.");

    private sealed record Prepared(VoteRequest Vote, long Index, long Rules, IReadOnlyList<Contributions.BandRow> Bands, DateTimeOffset At);
}
