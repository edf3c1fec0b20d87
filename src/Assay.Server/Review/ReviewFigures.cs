using Assay.Client.Datanets;
using Assay.Client.Review;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>
/// GET /api/v1/review/figures: the reader's own; …/board: all reviewers, for everyone; …/waiting: what owners and operators are to decide.
/// POST /api/v1/review/reviewers/{id}/resume: the operator lets a paused reviewer go on.
/// </summary>
internal static class ReviewFigures
{
    private const int Most = 200;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/review/figures", async Task<Ok<ReviewerFigures>> (CurrentUser user, ReviewerBoards boards, AssayDb db, CancellationToken cancel) =>
            TypedResults.Ok(await boards.OfAsync(user.Id, await db.Accounts.Where(row => row.Id == user.Id).Select(row => row.Name).FirstAsync(cancel), cancel))).RequireAuthorization();
        group.MapGet("/review/board", async Task<Ok<ReviewerBoard>> (ReviewerBoards boards, CancellationToken cancel) => TypedResults.Ok(await boards.ReadAsync(cancel)));
        group.MapGet("/review/waiting", async Task<Ok<Page<WaitingView>>> (CurrentUser user, AssayDb db, IOptions<ReviewOptions> options, TimeProvider clock, CancellationToken cancel) =>
            TypedResults.Ok(new Page<WaitingView>(await WaitingAsync(db, user, options.Value, clock.GetUtcNow(), cancel)))).RequireAuthorization();
        group.MapPost("/review/reviewers/{id}/resume", ResumeAsync).RequireAuthorization(Scopes.Admin);
    }

    /// <summary>Files of the reader's datanets that wait for approval; for the operator also what nobody has voted on for too long. Oldest first.</summary>
    internal static async Task<List<WaitingView>> WaitingAsync(AssayDb db, CurrentUser user, ReviewOptions options, DateTimeOffset now, CancellationToken cancel)
    {
        var (isOperator, before) = (user.Is(Roles.Operator), now.AddDays(-options.UnvotedDays));
        var rows = await db.ReviewCases.AsNoTracking().Where(round => round.ClosedAt == null)
            .Join(db.Contributions.Where(row => row.Removal == null && row.AccountId != user.Id), round => round.ContributionId, row => row.Id, (round, row) => new { round, row })
            .Join(db.Datanets, both => both.row.DatanetId, datanet => datanet.Id, (both, datanet) => new { both.round, both.row, datanet.Name, datanet.OwnerId })
            .Where(all => (all.round.Kind == ReviewKind.Approval && all.OwnerId == user.Id) || (isOperator && all.round.LastMoveAt <= before))
            .OrderBy(all => all.round.LastMoveAt).Take(Most)
            .Select(all => new { all.row.Id, all.row.FileName, all.row.DatanetId, all.Name, all.round.Kind, all.round.LastMoveAt }).ToListAsync(cancel);
        return rows.ConvertAll(row => new WaitingView(row.Id, row.FileName, row.DatanetId, row.Name, row.Kind.ToString().ToLowerInvariant(), row.LastMoveAt));
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> ResumeAsync(string id, CurrentUser user, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        if (!user.Is(Roles.Operator))
        {
            return Refusal.Forbidden("Only the operator lets a reviewer go on.").ToProblem();
        }

        var now = clock.GetUtcNow();
        var found = await writer.WriteAsync(async (db, stop) =>
        {
            if (!await db.Accounts.AnyAsync(row => row.Id == id, stop))
            {
                return false;
            }

            var row = await db.Reviewers.FindAsync([id], stop);
            if (row is null)
            {
                db.Reviewers.Add(row = new ReviewerRow { AccountId = id });
            }

            row.ResumedAt = now;
            return true;
        }, cancel);
        return found ? TypedResults.NoContent() : Refusal.NotFound("account", id).ToProblem();
    }
}
