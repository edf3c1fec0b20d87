using Assay.Client.Contributions;
using Assay.Client.Review;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Review;

/// <summary>
/// POST /api/v1/contributions/{id}/appeal: once per file, people look at a rejection again. Nothing goes on the ledger until their votes decide, so the
/// rejection counts until then.
/// </summary>
internal sealed class Appeal(DbWriter writer, IOptions<ReviewOptions> options, TimeProvider clock)
{
    private const int MaxLength = 1000;

    public static void Map(RouteGroupBuilder group) => group.MapPost("/contributions/{id}/appeal",
        async Task<Results<Ok<ContributionView>, ProblemHttpResult>> (string id, AppealRequest request, CurrentUser user, Appeal appeal, ContributionViews views, CancellationToken cancel) =>
            await appeal.HandleAsync(id, request, user.Id, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel))).RequireAuthorization(Scopes.Contribute);

    /// <returns>Why there is no appeal; null when it is open.</returns>
    internal Task<Refusal?> HandleAsync(string id, AppealRequest request, string accountId, CancellationToken cancel)
    {
        var text = request.Text.Trim();
        var now = clock.GetUtcNow();
        return text.Length is < 1 or > MaxLength
            ? Task.FromResult<Refusal?>(Refusal.Invalid($"An appeal needs 1 to {MaxLength} characters: say what the rules got wrong; yours has {text.Length}."))
            : writer.WriteAsync(async (db, stop) =>
            {
                var row = await db.Contributions.FirstOrDefaultAsync(contribution => contribution.Id == id && contribution.AccountId == accountId, stop);
                if (row is null)
                {
                    return Refusal.NotFound("contribution of yours", id);
                }

                var appealed = await db.ReviewCases.AnyAsync(round => round.ContributionId == id && round.Kind == ReviewKind.Appeal, stop);
                var open = await db.ReviewCases.CountAsync(round => round.Kind == ReviewKind.Appeal && round.ClosedAt == null
                    && db.Contributions.Any(contribution => contribution.Id == round.ContributionId && contribution.AccountId == accountId), stop);
                if (Refuse(row, appealed, open, options.Value, now) is { } why)
                {
                    return why;
                }

                await ReviewCases.OpenAsync(db, row, ReviewKind.Appeal, now, stop, text);
                row.State = ContributionState.Review;
                return null;
            }, cancel);
    }

    /// <summary>Why a rejection cannot be appealed; null when it can. Pure.</summary>
    /// <param name="appealed">Whether the file was appealed before.</param>
    /// <param name="open">Open appeals of the account.</param>
    internal static Refusal? Refuse(ContributionRow row, bool appealed, int open, ReviewOptions rules, DateTimeOffset now) => row switch
    {
        { Removal: not null } => Refusal.Conflict("removed", "This file was removed; there is nothing left to look at."),
        _ when appealed => Refusal.Conflict("appealed", "A file is appealed once, and this one was."),
        { State: not ContributionState.Rejected } => Refusal.Conflict("not_rejected", $"This file is {row.State.ToString().ToLowerInvariant()}; only a rejection is appealed."),
        _ when now > row.DecidedAt!.Value.AddDays(rules.AppealDays) => Refusal.Conflict("too_late",
            $"A rejection is appealed within {rules.AppealDays} days; this one is of {row.DecidedAt:yyyy-MM-dd}. Send a repaired file instead."),
        _ when open >= rules.OpenAppeals => Refusal.Conflict("too_many", $"You have {open} open appeals, and {rules.OpenAppeals} may be open. Wait until one is decided."),
        _ => null,
    };
}
