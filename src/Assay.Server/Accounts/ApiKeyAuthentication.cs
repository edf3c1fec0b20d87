using System.Text.Encodings.Web;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Accounts;

/// <summary>Signs a request in by <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IDbContextFactory<AssayDb> reader, DbWriter writer) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var hash = ApiKeyRow.HashOf(header["Bearer ".Length..].Trim());
        await using var db = await reader.CreateDbContextAsync(Context.RequestAborted);
        var key = await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(row => row.Hash == hash, Context.RequestAborted);
        var now = TimeProvider.GetUtcNow();
        if (key is null || key.ExpiresAt <= now)
        {
            return AuthenticateResult.Fail(key is null ? "The API key is not known." : $"The API key expired on {key.ExpiresAt:u}.");
        }

        var account = await db.Accounts.AsNoTracking().FirstAsync(row => row.Id == key.AccountId, Context.RequestAborted);
        if (key.LastUsedAt is null || now - key.LastUsedAt > TimeSpan.FromMinutes(1))
        {
            await writer.WriteAsync((rows, stop) => rows.ApiKeys.Where(row => row.Id == key.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, now), stop), Context.RequestAborted);
        }

        var principal = Credentials.Principal(account, SchemeName, key.Scopes.Split(','));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }
}
