using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>POST /api/v1/keys: makes an API key, shown once. GET lists the account's keys, DELETE ends one.</summary>
internal static class CreateKey
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/keys", HandleAsync);
        group.MapGet("/keys", ListAsync);
        group.MapDelete("/keys/{id}", DeleteAsync);
    }

    internal static async Task<Results<Created<ApiKeyView>, ProblemHttpResult>> HandleAsync(
        CreateKeyRequest request, CurrentUser user, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().FirstAsync(row => row.Id == user.Id, cancel);
        var allowed = Roles.ScopesOf(account.RoleList).Where(user.Has).ToList(); // a key never makes one that may do more than itself
        var scopes = request.Scopes is { Count: > 0 } ? request.Scopes : allowed;
        if (scopes.Except(allowed).FirstOrDefault() is { } tooMuch)
        {
            return Refusal.Invalid($"The scope '{tooMuch}' is not among yours: {string.Join(", ", allowed)}.").ToProblem();
        }

        if (request.Name.Trim().Length is < 1 or > 80 || request.Days is < 1 or > 365)
        {
            return Refusal.Invalid("A key needs a name of 1 to 80 characters and 1 to 365 days.").ToProblem();
        }

        var (key, secret) = Make(account.Id, request.Name.Trim(), scopes, clock.GetUtcNow(), request.Days);
        await writer.WriteAsync((rows, _) => Task.FromResult(rows.ApiKeys.Add(key)), cancel);
        return TypedResults.Created($"/api/v1/keys/{key.Id}", key.ToView(secret));
    }

    /// <summary>A key and its secret; nothing is stored yet.</summary>
    internal static (ApiKeyRow Key, string Secret) Make(string accountId, string name, IEnumerable<string> scopes, DateTimeOffset now, int days)
    {
        var secret = ApiKeyRow.NewSecret();
        return (new ApiKeyRow
        {
            Id = AssayDb.NewId("k_"),
            AccountId = accountId,
            Name = name,
            Hash = ApiKeyRow.HashOf(secret),
            Scopes = string.Join(',', Scopes.All.Where(scopes.Contains)),
            CreatedAt = now,
            ExpiresAt = now.AddDays(days),
        }, secret);
    }

    private static async Task<Ok<List<ApiKeyView>>> ListAsync(CurrentUser user, AssayDb db, CancellationToken cancel)
    {
        var keys = await db.ApiKeys.AsNoTracking().Where(row => row.AccountId == user.Id).OrderBy(row => row.CreatedAt).ToListAsync(cancel);
        return TypedResults.Ok(keys.ConvertAll(key => key.ToView()));
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, CurrentUser user, DbWriter writer, CancellationToken cancel)
    {
        var gone = await writer.WriteAsync((db, stop) => db.ApiKeys.Where(row => row.Id == id && row.AccountId == user.Id).ExecuteDeleteAsync(stop), cancel);
        return gone == 0 ? Refusal.NotFound("key", id).ToProblem() : TypedResults.NoContent();
    }
}
