using Assay.Client.Contributions;
using Assay.Client.Review;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>
/// POST /api/v1/contributions/{id}/decision: the owner decides on a file that waits for the owner's approval; the operator decides what nobody has voted on
/// for so long that it is in the operator's queue.
/// </summary>
internal sealed class DecideCase(IDbContextFactory<AssayDb> reader, DbWriter writer, LedgerSequencer ledger, IOptions<ReviewOptions> options, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/contributions/{id}/decision",
        async Task<Results<Ok<ContributionView>, ProblemHttpResult>> (string id, VoteRequest request, CurrentUser user, DecideCase decide, ContributionViews views, CancellationToken cancel) =>
            await decide.HandleAsync(id, request, user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel))).RequireAuthorization(Scopes.Contribute);

    /// <returns>Why nothing was decided; null when it was.</returns>
    internal async Task<Refusal?> HandleAsync(string id, VoteRequest request, CurrentUser user, CancellationToken cancel)
    {
        if (request.Reason.Trim().Length is < 1 or > 500)
        {
            return Refusal.Invalid("A decision needs a reason of 1 to 500 characters; the contributor reads it.");
        }

        IReadOnlyList<BandRow> bands;
        long index;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            var entry = await Readable.Contributions(db, user.Viewer).Where(row => row.Id == id).Select(row => (long?)row.EntryId).FirstOrDefaultAsync(cancel);
            if (entry is null)
            {
                return Refusal.NotFound("contribution", id);
            }

            index = await ledger.IndexOfAsync(entry.Value, cancel);
            bands = await DuplicateIndex.MissingAsync(db, id, cancel);
        }

        var rules = await ledger.RulesIndexAsync(cancel);
        var now = clock.GetUtcNow();
        var isOperator = user.Is(Roles.Operator);
        var refusal = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await db.Contributions.FirstAsync(contribution => contribution.Id == id, stop);
            var owner = await db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => datanet.OwnerId).FirstAsync(stop);
            var round = await ReviewCases.OpenOfAsync(db, id, stop);
            if (round is null)
            {
                return Refusal.Conflict("decided", $"This file is {row.State.ToString().ToLowerInvariant()}; it waits for nobody.");
            }

            if (row.AccountId == user.Id)
            {
                return Refusal.Forbidden("Nobody decides on their own files.");
            }

            var by = By(round, owner == user.Id, isOperator, options.Value.UnvotedDays, now);
            if (by is null)
            {
                return Refusal.Forbidden(round.Kind == ReviewKind.Approval
                    ? "The owner of the datanet decides on this file."
                    : $"Reviewers decide on this file. The operator does when nobody has voted for {options.Value.UnvotedDays} days.");
            }

            (round.DecidedBy, round.Reason) = (user.Id, request.Reason.Trim());
            await Verdicts.ApplyAsync(db, row, round, new Verdict(request.Accept, by, 1, index, rules, bands, now), [], stop);
            return null;
        }, cancel);
        ledger.Wake();
        return refusal;
    }

    /// <summary>As what a person may close a round alone: owner, operator, or not at all (null). Pure.</summary>
    internal static string? By(ReviewCaseRow round, bool isOwner, bool isOperator, int unvotedDays, DateTimeOffset now) =>
        round.Kind == ReviewKind.Approval && isOwner ? VerdictEntry.Owner
        : isOperator && ReviewCases.IsOverdue(round, unvotedDays, now) ? VerdictEntry.Operator
        : null;
}
