using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets;

/// <summary>POST /api/v1/datanets/{id}/state: the owner or the operator pauses, reopens or closes. Files already received are still decided.</summary>
internal static class ChangeState
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/state", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Ok<DatanetView>, ProblemHttpResult>> HandleAsync(
        string id, ChangeStateRequest request, CurrentUser user, DbWriter writer, DatanetViews views, TimeProvider clock, CancellationToken cancel)
    {
        if (request.Reason.Trim().Length is < 1 or > 500)
        {
            return Refusal.Invalid("A change of state needs a reason of 1 to 500 characters.").ToProblem();
        }

        var isOperator = user.Is(Roles.Operator);
        var refusal = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await Readable.Datanets(db, user.Viewer).FirstOrDefaultAsync(datanet => datanet.Id == id, stop);
            if (row is null)
            {
                return Refusal.NotFound("datanet", id);
            }

            if (row.OwnerId != user.Id && !isOperator)
            {
                return Refusal.Forbidden("Only the owner or the operator changes the state of a datanet.");
            }

            if (!After(row.State).Contains(request.State))
            {
                return Refusal.Conflict("state", $"A datanet that is {row.State} cannot become '{request.State}'.");
            }

            row.State = request.State;
            row.StateReason = request.Reason.Trim();
            row.Revision++;
            var owner = await db.Accounts.FirstAsync(account => account.Id == row.OwnerId, stop);
            db.Append(LedgerFacts.Datanet(row, owner, clock.GetUtcNow()));
            return null;
        }, cancel);
        return refusal is null ? TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)) : refusal.ToProblem();
    }

    /// <summary>The states that may follow one; none after the last.</summary>
    internal static IReadOnlyList<string> After(string state) => state switch
    {
        "open" => ["paused", "closed"],
        "paused" => ["open", "closed"],
        "closed" => ["archived"],
        _ => [],
    };
}
