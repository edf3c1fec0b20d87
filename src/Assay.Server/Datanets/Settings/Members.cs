using System.Net.Mail;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>/api/v1/datanets/{id}/members: whom the owner asked in as contributor or reviewer. Only the owner sees the list.</summary>
internal sealed class Members(IDbContextFactory<AssayDb> reader, DbWriter writer, TimeProvider clock)
{
    private const int Most = 10_000;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/{id}/members", async Task<Results<Ok<Page<MemberView>>, ProblemHttpResult>> (string id, CurrentUser user, Members members, CancellationToken cancel) =>
            await members.RefuseAsync(id, user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.Ok(new Page<MemberView>(await members.ListAsync(id, cancel))))
            .RequireAuthorization(Scopes.Contribute);
        group.MapPost("/{id}/members", async Task<Results<NoContent, ProblemHttpResult>> (string id, InviteRequest request, CurrentUser user, Members members, CancellationToken cancel) =>
            await members.InviteAsync(id, request, user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent()).RequireAuthorization(Scopes.Contribute);
        group.MapDelete("/{id}/members", async Task<Results<NoContent, ProblemHttpResult>> (string id, string email, string role, CurrentUser user, Members members, CancellationToken cancel) =>
            await members.RemoveAsync(id, new InviteRequest(email, role), user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent()).RequireAuthorization(Scopes.Contribute);
    }

    public async Task<List<MemberView>> ListAsync(string datanetId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.DatanetMembers.AsNoTracking().Where(row => row.DatanetId == datanetId).OrderBy(row => row.EmailKey).ThenBy(row => row.Role)
            .Select(row => new MemberView(row.Email, row.Role, db.Accounts.Where(account => account.EmailKey == row.EmailKey).Select(account => account.Name).FirstOrDefault(), row.InvitedAt))
            .ToListAsync(cancel);
    }

    public async Task<Refusal?> InviteAsync(string datanetId, InviteRequest request, CurrentUser user, CancellationToken cancel)
    {
        if (await RefuseAsync(datanetId, user, cancel) is { } refusal)
        {
            return refusal;
        }

        var email = request.Email.Trim();
        if (email.Length > 254 || !MailAddress.TryCreate(email, out var parsed) || parsed.Address != email)
        {
            return Refusal.Invalid($"'{email[..Math.Min(60, email.Length)]}' is not an e-mail address.");
        }

        if (request.Role is not (DatanetMemberRow.Contributor or DatanetMemberRow.Reviewer))
        {
            return Refusal.Invalid($"role is '{request.Role}'; it may be {DatanetMemberRow.Contributor} or {DatanetMemberRow.Reviewer}.");
        }

        return await writer.WriteAsync(async (db, stop) =>
        {
            if (await db.DatanetMembers.FindAsync([datanetId, Key(email), request.Role], stop) is not null)
            {
                return null; // asked twice is asked once
            }

            if (await db.DatanetMembers.CountAsync(row => row.DatanetId == datanetId, stop) >= Most)
            {
                return Refusal.Conflict("too_many", $"A datanet has at most {Most} invitations. Take some back, or open it to everyone.");
            }

            db.DatanetMembers.Add(new DatanetMemberRow { DatanetId = datanetId, EmailKey = Key(email), Email = email, Role = request.Role, InvitedAt = clock.GetUtcNow() });
            return null;
        }, cancel);
    }

    public async Task<Refusal?> RemoveAsync(string datanetId, InviteRequest request, CurrentUser user, CancellationToken cancel)
    {
        if (await RefuseAsync(datanetId, user, cancel) is { } refusal)
        {
            return refusal;
        }

        var key = Key(request.Email.Trim());
        var removed = await writer.WriteAsync((db, stop) => db.DatanetMembers
            .Where(row => row.DatanetId == datanetId && row.EmailKey == key && row.Role == request.Role).ExecuteDeleteAsync(stop), cancel);
        return removed == 0 ? Refusal.NotFound("invitation", request.Email) : null;
    }

    private static string Key(string email) => email.ToUpperInvariant();

    private async Task<Refusal?> RefuseAsync(string datanetId, CurrentUser user, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var owner = await db.Datanets.Where(row => row.Id == datanetId).Select(row => row.OwnerId).FirstOrDefaultAsync(cancel);
        return owner is null ? Refusal.NotFound("datanet", datanetId)
            : owner == user.Id ? null
            : Refusal.Forbidden("Only the owner of a datanet invites people into it.");
    }
}
