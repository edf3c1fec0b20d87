using Assay.Client.Access;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Access;

/// <summary>POST /api/v1/access/{id}: the owner grants, declines or revokes. Revoking also ends the runs that still train on the datanet.</summary>
internal static class DecideAccess
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/access/{id}", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Ok<AccessView>, ProblemHttpResult>> HandleAsync(
        string id, AccessDecision decision, CurrentUser user, AssayDb db, DbWriter writer, StopWithoutAccess runs, TimeProvider clock, CancellationToken cancel)
    {
        if (decision.Days is < 1 or > 365)
        {
            return Refusal.Invalid($"A grant lasts 1 to 365 days, not {decision.Days}.").ToProblem();
        }

        if (decision.Action is AccessEntry.Decline or AccessEntry.Revoke && decision.Reason?.Trim().Length is not (>= 1 and <= 500))
        {
            return Refusal.Invalid("Declining and revoking need a reason of 1 to 500 characters.").ToProblem();
        }

        var refusal = await writer.WriteAsync((rows, stop) => DecideAsync(rows, id, decision, user.Viewer, clock.GetUtcNow(), stop), cancel);
        if (refusal is not null)
        {
            return refusal.ToProblem();
        }

        var view = (await AccessModule.ReadAsync(db, db.Access.Where(row => row.Id == id), user.Viewer, cancel))[0];
        if (view.State == "revoked")
        {
            await runs.HandleAsync(view.AccountId, view.DatanetId, CancellationToken.None);
        }

        return TypedResults.Ok(view);
    }

    private static async Task<Refusal?> DecideAsync(AssayDb rows, string id, AccessDecision decision, Viewer viewer, DateTimeOffset now, CancellationToken stop)
    {
        var access = await rows.Access.FirstOrDefaultAsync(row => row.Id == id, stop);
        var datanet = access is null ? null : await Readable.Datanets(rows, viewer).FirstOrDefaultAsync(row => row.Id == access.DatanetId, stop);
        if (access is null || datanet is null || (datanet.OwnerId != viewer.AccountId && access.AccountId != viewer.AccountId))
        {
            return Refusal.NotFound("access request", id);
        }

        if (datanet.OwnerId != viewer.AccountId)
        {
            return Refusal.Forbidden("The owner of the datanet decides.");
        }

        string? next = (access.State, decision.Action) switch
        {
            ("requested", AccessEntry.Grant) => "granted",
            ("requested", AccessEntry.Decline) => "declined",
            ("granted", AccessEntry.Revoke) => "revoked",
            _ => null,
        };
        if (next is null)
        {
            return Refusal.Conflict("state", $"A request that is {access.State} cannot take the action '{decision.Action}'.");
        }

        access.State = next;
        access.Reason = decision.Reason?.Trim();
        access.DecidedAt = now;
        access.Until = next == "granted" ? now.AddDays(decision.Days) : null;
        rows.Append(LedgerFacts.Access(access, datanet, decision.Action, now));
        return null;
    }
}
