using Assay.Client.Accounts;
using Assay.Data.FileTypes;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/accounts: makes an account. With the first start's token it becomes the operator.</summary>
internal static class SignUp
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/accounts", HandleAsync).AllowAnonymous().RequireRateLimiting(AccountsModule.SignUpLimit);

    internal static async Task<Results<Created<AccountView>, ProblemHttpResult>> HandleAsync(
        SignUpRequest request, HttpContext http, DbWriter writer, SetupToken setup, LinkedAccounts links, TimeProvider clock, CancellationToken cancel)
    {
        if (Credentials.Refuse(request.Email, request.Password) is { } why)
        {
            return Refusal.Invalid(why).ToProblem();
        }

        var name = request.Name.Trim();
        if (name.Length is < 1 or > 80 || !DisplayName.IsClean(name))
        {
            return Refusal.Invalid("The name needs 1 to 80 characters, without control or invisible characters.").ToProblem();
        }

        var isOperator = request.SetupToken is not null;
        if (isOperator && !setup.Matches(request.SetupToken!))
        {
            return Refusal.Forbidden("The setup token is wrong or was used before. Sign up without it, or ask the operator for a role.").ToProblem();
        }

        var roles = isOperator ? Roles.OnSignUp.Prepend(Roles.Operator) : Roles.OnSignUp;
        var account = NewAccount.Make(request.Email, name, request.Password, roles, clock.GetUtcNow());
        var made = await writer.WriteAsync<bool?>(async (db, stop) =>
            isOperator && await db.Accounts.AnyAsync(row => row.Roles.StartsWith(Roles.Operator), stop) ? null : await NewAccount.AddAsync(db, account, stop), cancel);
        if (made is null)
        {
            setup.Use();
            return Refusal.Forbidden("This installation has an operator. Sign up without the setup token, or ask the operator for a role.").ToProblem();
        }

        if (made is false)
        {
            return Refusal.Conflict("email_taken", $"An account with the address '{request.Email}' exists. Sign in with it.").ToProblem();
        }

        if (isOperator)
        {
            setup.Use();
        }

        await links.SeenAsync(account.Id, http.Connection.RemoteIpAddress, cancel);
        return TypedResults.Created($"/api/v1/accounts/{account.Id}", account.ToView());
    }
}
