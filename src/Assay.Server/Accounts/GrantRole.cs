using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/roles: the operator gives an account a role (reviewer, operator, …).</summary>
internal static class GrantRole
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/roles", HandleAsync).RequireAuthorization(Scopes.Admin);

    internal static async Task<Results<Ok<AccountView>, ProblemHttpResult>> HandleAsync(
        GrantRoleRequest request, CurrentUser user, DbWriter writer, CancellationToken cancel)
    {
        if (!user.Is(Roles.Operator))
        {
            return Refusal.Forbidden("Only the operator gives roles.").ToProblem();
        }

        if (!Roles.All.Contains(request.Role))
        {
            return Refusal.Invalid($"There is no role '{request.Role}'. Roles: {string.Join(", ", Roles.All)}.").ToProblem();
        }

        var emailKey = Credentials.EmailKey(request.Email);
        var account = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await db.Accounts.FirstOrDefaultAsync(account => account.EmailKey == emailKey, stop);
            if (row is not null)
            {
                row.Roles = string.Join(',', Roles.All.Where(role => role == request.Role || row.RoleList.Contains(role)));
            }

            return row;
        }, cancel);
        return account is null ? Refusal.NotFound("account", request.Email).ToProblem() : TypedResults.Ok(account.ToView());
    }
}
