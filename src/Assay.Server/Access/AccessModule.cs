using Assay.Client.Access;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Access;

/// <summary>Permission to train on a datanet: asked for by a builder, decided by the owner, every step on the ledger.</summary>
internal static class AccessModule
{
    public static void MapAccess(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Access").RequireAuthorization(Scopes.Read);
        RequestAccess.Map(group);
        DecideAccess.Map(group);
        group.MapGet("/access", ListAsync);
    }

    /// <summary>Of these requests those to datanets that the viewer may read.</summary>
    internal static async Task<List<AccessView>> ReadAsync(AssayDb db, IQueryable<AccessRow> rows, Viewer viewer, CancellationToken cancel) =>
        await rows.OrderByDescending(row => row.RequestedAt).Take(200)
            .Join(Readable.Datanets(db, viewer), row => row.DatanetId, datanet => datanet.Id, (row, datanet) => new { row, datanet.Name })
            .Join(db.Accounts, both => both.row.AccountId, account => account.Id, (both, account) => new AccessView(both.row.Id, both.row.DatanetId, both.Name,
                both.row.AccountId, account.Name, both.row.Purpose, both.row.State, both.row.Reason, both.row.RequestedAt, both.row.DecidedAt, both.row.Until))
            .ToListAsync(cancel);

    /// <summary>Whether an account may train on a datanet now: its owner always, others with a grant that has not run out, as long as they may read it.</summary>
    internal static async Task<bool> MayTrainAsync(AssayDb db, string accountId, string datanetId, DateTimeOffset now, CancellationToken cancel) =>
        await db.Datanets.AnyAsync(row => row.Id == datanetId && row.OwnerId == accountId, cancel)
        || (await Readable.Datanets(db, new Viewer(accountId)).AnyAsync(row => row.Id == datanetId, cancel) && await db.Access.AnyAsync(row => row.DatanetId == datanetId && row.AccountId == accountId && row.State == "granted" && row.Until > now, cancel));

    private static async Task<Ok<Page<AccessView>>> ListAsync(CurrentUser user, AssayDb db, CancellationToken cancel)
    {
        var mine = db.Access.AsNoTracking()
            .Where(row => row.AccountId == user.Id || db.Datanets.Any(datanet => datanet.Id == row.DatanetId && datanet.OwnerId == user.Id));
        return TypedResults.Ok(new Page<AccessView>(await ReadAsync(db, mine, user.Viewer, cancel)));
    }
}
