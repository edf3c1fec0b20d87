using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/account-links: states that two accounts belong together, so that neither reviews the other's files. Everybody may for the own account, the operator for any.</summary>
internal static class StateLink
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/account-links", HandleAsync);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        AccountLinkRequest request, CurrentUser user, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var (one, other) = (request.AccountId ?? user.Id, request.OtherId);
        if (one != user.Id && other != user.Id && !user.Is(Roles.Operator))
        {
            return Refusal.Forbidden("Only the operator states that two other accounts belong together.").ToProblem();
        }

        if (one == other)
        {
            return Refusal.Invalid("An account always belongs to itself; name another one.").ToProblem();
        }

        var now = clock.GetUtcNow();
        var missing = await writer.WriteAsync(async (db, stop) =>
        {
            foreach (var id in (string[])[one, other])
            {
                if (!await db.Accounts.AnyAsync(row => row.Id == id, stop))
                {
                    return id;
                }
            }

            if (await db.AccountLinks.FindAsync([one, other], stop) is null)
            {
                db.AccountLinks.Add(new AccountLinkRow { AccountId = one, OtherId = other, StatedBy = user.Id, StatedAt = now });
            }

            return null;
        }, cancel);
        return missing is null ? TypedResults.NoContent() : Refusal.NotFound("account", missing).ToProblem();
    }
}
