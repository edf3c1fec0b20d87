using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/me/password: replaces the password; the old one must be shown. Every other session of the account ends.</summary>
internal static class ChangePassword
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/me/password", HandleAsync);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        ChangePasswordRequest request, CurrentUser user, HttpContext http, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var email = await db.Accounts.Where(row => row.Id == user.Id).Select(row => row.Email).FirstAsync(cancel);
        if (Credentials.Refuse(email, request.New) is { } why)
        {
            return Refusal.Invalid(why).ToProblem();
        }

        // The same check as signing in, so that guessing here locks the account, too.
        var (account, refusal) = await SignIn.CheckAsync(email, request.Current, db, writer, clock, cancel);
        if (account is null)
        {
            return refusal!.ToProblem();
        }

        var hash = Credentials.Hash(request.New);
        await writer.WriteAsync((rows, stop) => rows.Accounts.Where(row => row.Id == user.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, hash), stop), cancel);
        if (http.User.HasClaim(claim => claim.Type == Credentials.StampClaim))
        {
            account.PasswordHash = hash;
            await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, Credentials.Session(account));
        }

        return TypedResults.NoContent();
    }
}
