using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/session: exchanges a password for a session cookie. DELETE ends the session.</summary>
internal static class SignIn
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/session", HandleAsync).AllowAnonymous();
        group.MapDelete("/session", (Delegate)EndAsync);
    }

    internal static async Task<Results<Ok<AccountView>, ProblemHttpResult>> HandleAsync(
        SignInRequest request, HttpContext http, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var (account, refusal) = await CheckAsync(request.Email, request.Password, writer, clock, cancel);
        if (account is null)
        {
            return refusal!.ToProblem();
        }

        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme,
            Credentials.Principal(account, CookieAuthenticationDefaults.AuthenticationScheme, Scopes.All));
        return TypedResults.Ok(account.ToView());
    }

    /// <summary>Checks a password; five failures lock the account for 15 minutes.</summary>
    internal static async Task<(AccountRow? Account, Refusal? Why)> CheckAsync(
        string email, string password, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var emailKey = Credentials.EmailKey(email);
        return await writer.WriteAsync<(AccountRow?, Refusal?)>(async (db, stop) =>
        {
            var account = await db.Accounts.FirstOrDefaultAsync(row => row.EmailKey == emailKey, stop);
            if (account is null)
            {
                return (null, Wrong);
            }

            if (account.LockedUntil > now)
            {
                return (null, new Refusal(StatusCodes.Status429TooManyRequests, "locked",
                    $"Too many wrong passwords. The account is locked until {account.LockedUntil:HH:mm:ss} UTC."));
            }

            if (!Credentials.Matches(account, password))
            {
                account.FailedSignIns++;
                if (account.FailedSignIns >= Credentials.FailuresBeforeLock)
                {
                    account.LockedUntil = now + Credentials.LockTime;
                    account.FailedSignIns = 0;
                }

                return (null, Wrong);
            }

            account.FailedSignIns = 0;
            return (account, null);
        }, cancel);
    }

    private static Refusal Wrong { get; } =
        new(StatusCodes.Status401Unauthorized, "wrong_credentials", "The address or the password is wrong.");

    private static async Task<NoContent> EndAsync(HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.NoContent();
    }
}
