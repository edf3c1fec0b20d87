using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>PATCH /api/v1/accounts/{id}/limits: the operator raises or lowers what one account may send per day.</summary>
internal static class ChangeAccountLimits
{
    private const long MostBytes = 1L << 40, MostFiles = 1_000_000;

    public static void Map(RouteGroupBuilder group) => group.MapPatch("/accounts/{id}/limits", HandleAsync).RequireAuthorization(Scopes.Admin);

    internal static async Task<Results<Ok<ChangeAccountLimitsRequest>, ProblemHttpResult>> HandleAsync(
        string id, ChangeAccountLimitsRequest request, CurrentUser user, DbWriter writer, CancellationToken cancel)
    {
        if (!user.Is(Roles.Operator))
        {
            return Refusal.Forbidden("Only the operator changes the limits of an account.").ToProblem();
        }

        if (request.BytesPerDay is < 0 or > MostBytes || request.FilesPerDay is < 0 or > MostFiles)
        {
            return Refusal.Invalid($"bytes_per_day may be 0 (the installation's) to {MostBytes}, files_per_day 0 to {MostFiles}.").ToProblem();
        }

        var account = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await db.Accounts.FirstOrDefaultAsync(account => account.Id == id, stop);
            if (row is not null)
            {
                row.BytesPerDay = After(row.BytesPerDay, request.BytesPerDay);
                row.FilesPerDay = After(row.FilesPerDay, request.FilesPerDay);
            }

            return row;
        }, cancel);
        return account is null
            ? Refusal.NotFound("account", id).ToProblem()
            : TypedResults.Ok(new ChangeAccountLimitsRequest(account.BytesPerDay, account.FilesPerDay));
    }

    private static long? After(long? now, long? asked) => asked switch { null => now, 0 => null, _ => asked };
}
