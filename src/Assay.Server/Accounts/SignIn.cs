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
        group.MapPost("/session", HandleAsync).AllowAnonymous().RequireRateLimiting(AccountsModule.SignInLimit);
        group.MapDelete("/session", (Delegate)EndAsync);
    }

    internal static async Task<Results<Ok<AccountView>, ProblemHttpResult>> HandleAsync(
        SignInRequest request, HttpContext http, AssayDb db, DbWriter writer, LinkedAccounts links, TimeProvider clock, CancellationToken cancel)
    {
        var (account, refusal) = await CheckAsync(request.Email, request.Password, db, writer, clock, cancel);
        if (account is null)
        {
            return refusal!.ToProblem();
        }

        await links.SeenAsync(account.Id, http.Connection.RemoteIpAddress, cancel);
        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme,
            Credentials.Session(account));
        return TypedResults.Ok(account.ToView());
    }

    /// <summary>Checks a password; five failures lock the account for 15 minutes.</summary>
    internal static async Task<(AccountRow? Account, Refusal? Why)> CheckAsync(
        string email, string password, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var emailKey = Credentials.EmailKey(email);
        var account = await db.Accounts.AsNoTracking().FirstOrDefaultAsync(row => row.EmailKey == emailKey, cancel);
        if (account?.LockedUntil > now)
        {
            return (null, new Refusal(StatusCodes.Status429TooManyRequests, "locked",
                $"Too many wrong passwords. The account is locked until {account.LockedUntil:HH:mm:ss} UTC."));
        }

        // Hashing takes time on purpose: outside the writer, and for unknown addresses too, so that time does not tell them apart.
        var good = Credentials.Matches(account ?? Credentials.Nobody, password) && account is not null;
        if (account is not null && (!good || account.FailedSignIns > 0))
        {
            await CountAsync(account.Id, good, now, writer, cancel);
        }

        return good ? (account, null) : (null, Wrong);
    }

    private static Task CountAsync(string accountId, bool good, DateTimeOffset now, DbWriter writer, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        var account = await db.Accounts.FirstAsync(row => row.Id == accountId, stop);
        account.FailedSignIns = good ? 0 : account.FailedSignIns + 1;
        if (account.FailedSignIns >= Credentials.FailuresBeforeLock)
        {
            account.LockedUntil = now + Credentials.LockTime;
            account.FailedSignIns = 0;
        }
    }, cancel);

    private static Refusal Wrong { get; } =
        new(StatusCodes.Status401Unauthorized, "wrong_credentials", "The address or the password is wrong.");

    private static async Task<NoContent> EndAsync(HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.NoContent();
    }
}
