using System.Net.Mail;
using Assay.Client.Datanets;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>/api/v1/datanets/{id}/members: whom the owner asked in as contributor or reviewer. Only the owner sees the list.</summary>
/// <remarks>In a private datanet an invitation is membership: whoever has one reads, and loses that with the last one.</remarks>
internal sealed class Members(IDbContextFactory<AssayDb> reader, DbWriter writer, StopWithoutAccess runs, TimeProvider clock)
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
            // Addresses are not verified: an open invitation would let in whoever signs up with it.
            if (await db.Datanets.AnyAsync(row => row.Id == datanetId && row.Visibility == Visibility.Private, stop) && !await db.Accounts.AnyAsync(row => row.EmailKey == Key(email), stop))
            {
                return Refusal.Conflict("no_account", $"No account has the address '{email}'. Into a private datanet only people with an account are invited: ask them to sign up first, then invite them.");
            }

            if (await db.DatanetMembers.FindAsync([datanetId, Key(email), request.Role], stop) is { } earlier)
            {
                earlier.InvitedAt = clock.GetUtcNow(); // now also for an account that was made since
                return null;
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
        var (removed, gone) = await writer.WriteAsync(async (db, stop) =>
        {
            var count = await db.DatanetMembers.Where(row => row.DatanetId == datanetId && row.EmailKey == key && row.Role == request.Role).ExecuteDeleteAsync(stop);
            var account = await db.Accounts.Where(row => row.EmailKey == key).Select(row => row.Id).FirstOrDefaultAsync(stop);
            return (count, count > 0 && account is not null && await EndAsync(db, datanetId, account, stop) ? account : null);
        }, cancel);
        if (gone is not null)
        {
            await runs.HandleAsync(gone, datanetId, CancellationToken.None);
        }

        return removed == 0 ? Refusal.NotFound("invitation", request.Email) : null;
    }

    /// <summary>Takes from an account that can no longer read the datanet what it holds of it: access to train, and files to review.</summary>
    /// <returns>False: it still reads the datanet.</returns>
    private async Task<bool> EndAsync(AssayDb db, string datanetId, string accountId, CancellationToken stop)
    {
        if (await Readable.Datanets(db, new Viewer(accountId)).AnyAsync(row => row.Id == datanetId, stop))
        {
            return false;
        }

        var now = clock.GetUtcNow();
        var datanet = await db.Datanets.FirstAsync(row => row.Id == datanetId, stop);
        foreach (var access in await db.Access.Where(row => row.DatanetId == datanetId && row.AccountId == accountId && (row.State == "granted" || row.State == "requested")).ToListAsync(stop))
        {
            var action = access.State == "granted" ? AccessEntry.Revoke : AccessEntry.Decline;
            (access.State, access.Reason, access.DecidedAt, access.Until) = (action == AccessEntry.Revoke ? "revoked" : "declined", "No longer a member of the datanet.", now, null);
            db.Append(LedgerFacts.Access(access, datanet, action, now));
        }

        await db.Assignments.Where(held => held.ReviewerId == accountId && held.EndedAt == null && db.Contributions.Any(row => row.Id == held.ContributionId && row.DatanetId == datanetId))
            .ExecuteUpdateAsync(set => set.SetProperty(held => held.EndedAt, now), stop);
        return true;
    }

    private static string Key(string email) => email.ToUpperInvariant();

    private async Task<Refusal?> RefuseAsync(string datanetId, CurrentUser user, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var owner = await Readable.Datanets(db, user.Viewer).Where(row => row.Id == datanetId).Select(row => row.OwnerId).FirstOrDefaultAsync(cancel);
        return owner is null ? Refusal.NotFound("datanet", datanetId)
            : owner == user.Id ? null
            : Refusal.Forbidden("Only the owner of a datanet invites people into it.");
    }
}
