using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.Cookies;
using Assay.Data.FileTypes;
using Microsoft.AspNetCore.Identity;

namespace Assay.Server.Accounts;

/// <summary>Passwords, lock-out and the claims of a signed-in account. Pure, apart from the hasher's salt.</summary>
internal static class Credentials
{
    public const int MinPasswordLength = 12;
    public const int MaxPasswordLength = 200;
    public const int FailuresBeforeLock = 5;

    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    /// <summary>Claim of a session: changes with the password, so that a new password ends every other session.</summary>
    public const string StampClaim = "stamp";

    private static readonly PasswordHasher<AccountRow> Hasher = new();

    /// <summary>Stands for an unknown address while its password is hashed.</summary>
    public static AccountRow Nobody { get; } = new() { PasswordHash = Hasher.HashPassword(new AccountRow(), "nobody has this password") };

    public static string Hash(string password) => Hasher.HashPassword(new AccountRow(), password);

    public static bool Matches(AccountRow account, string password) =>
        Hasher.VerifyHashedPassword(account, account.PasswordHash, password) != PasswordVerificationResult.Failed;

    /// <summary>What makes two addresses the same. Any text has a key, also one that is no address.</summary>
    public static string EmailKey(string email) => DisplayName.Line(email).Trim().ToUpperInvariant();

    /// <summary>Why an address or password cannot be used; null when they can.</summary>
    public static string? Refuse(string email, string password)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (email.Length is < 3 or > 200 || at < 1 || at != email.LastIndexOf('@') || at == email.Length - 1 || !DisplayName.IsClean(email) || email.Any(char.IsWhiteSpace))
        {
            return $"'{email}' is not an e-mail address. Write it as name@host, without blanks.";
        }

        return password.Length is < MinPasswordLength or > MaxPasswordLength
            ? $"The password has {password.Length} characters; it needs {MinPasswordLength} to {MaxPasswordLength}."
            : null;
    }

    /// <summary>The claims of a signed-in browser.</summary>
    public static ClaimsPrincipal Session(AccountRow account)
    {
        var principal = Principal(account, CookieAuthenticationDefaults.AuthenticationScheme, Roles.ScopesOf(account.RoleList));
        ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim(StampClaim, StampOf(account)));
        return principal;
    }

    /// <summary>Tells whether the password is still the one a session was opened with.</summary>
    public static string StampOf(AccountRow account) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(account.PasswordHash)), 0, 8);

    public static ClaimsPrincipal Principal(AccountRow account, string scheme, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, account.Id));
        identity.AddClaim(new Claim(ClaimTypes.Name, account.Name));
        identity.AddClaims(account.RoleList.Select(role => new Claim(ClaimTypes.Role, role)));
        identity.AddClaims(scopes.Select(scope => new Claim("scope", scope)));
        return new ClaimsPrincipal(identity);
    }
}
