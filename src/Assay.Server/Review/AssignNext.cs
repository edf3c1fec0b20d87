using Assay.Client.Review;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Datanets.Settings;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>POST /api/v1/review/next: gives the reviewer a file by chance, or the one they hold. GET: the one they hold.</summary>
internal sealed class AssignNext(IDbContextFactory<AssayDb> reader, DbWriter writer, LinkedAccounts links, ReviewItems items, IOptions<ReviewOptions> options, TimeProvider clock)
{
    private const int MaxAttempts = 5;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/next", async Task<Results<Ok<ReviewItem>, NoContent, ProblemHttpResult>> (CurrentUser user, AssignNext next, CancellationToken cancel) =>
        {
            var (item, refusal) = await next.HandleAsync(user.Id, cancel);
            return refusal is not null ? refusal.ToProblem() : item is null ? TypedResults.NoContent() : TypedResults.Ok(item);
        }).RequireAuthorization(Scopes.Contribute);
        group.MapGet("/next", async Task<Results<Ok<ReviewItem>, NoContent>> (CurrentUser user, AssignNext next, CancellationToken cancel) =>
            await next.HeldAsync(user.Id, cancel) is { } item ? TypedResults.Ok(item) : TypedResults.NoContent());
    }

    /// <summary>The file that the reviewer holds; null when they hold none.</summary>
    internal async Task<ReviewItem?> HeldAsync(string reviewerId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await HeldAsync(db, reviewerId, clock.GetUtcNow(), cancel) is { } held ? await items.ReadAsync(held, cancel) : null;
    }

    internal async Task<(ReviewItem? Item, Refusal? Why)> HandleAsync(string reviewerId, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // The draw reads everything that is open, outside the writer; the write only looks whether its result still holds.
            var (assignment, refusal) = await DrawAsync(reviewerId, cancel);
            if (assignment is null)
            {
                return (null, refusal);
            }

            if (assignment.Id > 0)
            {
                return (await items.ReadAsync(assignment, cancel), null); // held already
            }

            if (await writer.WriteAsync((db, stop) => AddAsync(db, assignment, stop), cancel) is { } given)
            {
                return (await items.ReadAsync(given, cancel), null);
            }
        }

        return (null, new Refusal(StatusCodes.Status503ServiceUnavailable, "busy", "Others were given the same files at the same moment. Ask again."));
    }

    private async Task<(AssignmentRow? Assignment, Refusal? Why)> DrawAsync(string reviewerId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await HeldAsync(db, reviewerId, now, cancel) is { } held)
        {
            return (held, null);
        }

        if (await GoldAnswers.PausedAsync(db, reviewerId, cancel) is { } paused)
        {
            return (null, paused);
        }

        var facts = new ReviewerFacts(reviewerId, await links.OfAsync(db, reviewerId, cancel), await SeenAsync(db, reviewerId, cancel));
        var readable = Readable.Contributions(db, new Viewer(reviewerId));
        var gold = await db.Gold.Where(row => row.Active && row.MarkedBy != reviewerId)
            .Join(readable.Where(row => row.Removal == null), row => row.ContributionId, row => row.Id, (_, row) => new ReviewCandidate(row.Id, row.AccountId, null, 0, 0, 0))
            .ToListAsync(cancel);
        var seed = AssignmentRules.NewSeed();
        return AssignmentRules.Draw(seed, facts, await OpenToAsync(db, readable, reviewerId, now, cancel), gold, options.Value) is not var (item, among) ? (null, null) : (new AssignmentRow
        {
            ReviewerId = reviewerId,
            ContributionId = item.ContributionId,
            CaseId = item.CaseId,
            Seed = seed,
            Among = among,
            AssignedAt = now,
            ExpiresAt = now.AddHours(options.Value.AssignmentHours),
        }, null);
    }

    private async Task<AssignmentRow?> AddAsync(AssayDb db, AssignmentRow drawn, CancellationToken stop)
    {
        if (await HeldAsync(db, drawn.ReviewerId, drawn.AssignedAt, stop) is { } held)
        {
            return held; // asked for twice at once
        }

        if (drawn.CaseId is { } id)
        {
            var open = (await OpenAsync(db, Readable.Contributions(db, new Viewer(drawn.ReviewerId)), drawn.AssignedAt, stop, id)).SingleOrDefault();
            if (open is null || !AssignmentRules.HasPlace(open, options.Value.VotesNeeded))
            {
                return null;
            }
        }

        db.Assignments.Add(drawn);
        return drawn;
    }

    private static Task<AssignmentRow?> HeldAsync(AssayDb db, string reviewerId, DateTimeOffset now, CancellationToken stop) => db.Assignments.AsNoTracking()
        .FirstOrDefaultAsync(row => row.ReviewerId == reviewerId && row.EndedAt == null && row.ExpiresAt > now, stop);

    private static async Task<HashSet<string>> SeenAsync(AssayDb db, string reviewerId, CancellationToken cancel) =>
    [
        .. await db.Votes.Where(vote => vote.ReviewerId == reviewerId).Select(vote => vote.ContributionId).ToListAsync(cancel),
        .. await db.Assignments.Where(row => row.ReviewerId == reviewerId && row.Passed).Select(row => row.ContributionId).ToListAsync(cancel),
    ];

    /// <summary>The open rounds of readable datanets without reviewers of their own, and of those that name this one. Members alone review what is private, not the operator.</summary>
    private static async Task<List<ReviewCandidate>> OpenToAsync(AssayDb db, IQueryable<ContributionRow> readable, string reviewerId, DateTimeOffset now, CancellationToken cancel)
    {
        var named = db.DatanetMembers.Where(row => row.Role == DatanetMemberRow.Reviewer);
        var closed = await named.Where(row => !named.Any(own => own.DatanetId == row.DatanetId && db.Accounts.Any(account => account.Id == reviewerId && account.EmailKey == own.EmailKey)))
            .Select(row => row.DatanetId).Distinct().ToListAsync(cancel);
        var candidates = await OpenAsync(db, readable, now, cancel);
        if (closed.Count == 0)
        {
            return candidates;
        }

        var ids = candidates.ConvertAll(item => item.ContributionId);
        var others = (await db.Contributions.Where(row => ids.Contains(row.Id) && closed.Contains(row.DatanetId)).Select(row => row.Id).ToListAsync(cancel)).ToHashSet();
        return candidates.FindAll(item => !others.Contains(item.ContributionId));
    }

    /// <summary>The open rounds that reviewers vote on, or one of them.</summary>
    private static Task<List<ReviewCandidate>> OpenAsync(AssayDb db, IQueryable<ContributionRow> readable, DateTimeOffset now, CancellationToken cancel, long? only = null) => db.ReviewCases
        .Where(row => row.ClosedAt == null && row.Kind != ReviewKind.Approval && (only == null || row.Id == only))
        .Join(readable.Where(row => row.Removal == null), row => row.ContributionId, row => row.Id, (round, row) => new ReviewCandidate(row.Id, row.AccountId, round.Id,
            db.Votes.Count(vote => vote.CaseId == round.Id && vote.Accept), db.Votes.Count(vote => vote.CaseId == round.Id && !vote.Accept),
            db.Assignments.Count(held => held.CaseId == round.Id && held.EndedAt == null && held.ExpiresAt > now)))
        .ToListAsync(cancel);
}
