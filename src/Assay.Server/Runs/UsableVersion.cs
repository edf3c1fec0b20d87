using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>A frozen version that an account may train on.</summary>
internal sealed record UsableVersion(string Id, string DatanetId, string Datanet, int Number, int Records, int Contributions, long Characters)
{
    /// <summary>Versions without removed files, of the account's own datanets and of those it has access to now, newest first.</summary>
    public static Task<List<UsableVersion>> ListAsync(AssayDb db, string accountId, DateTimeOffset now, CancellationToken cancel) =>
        db.Snapshots.AsNoTracking().Where(row => row.Removed == 0)
            .Join(Readable.Datanets(db, new Viewer(accountId)), row => row.DatanetId, datanet => datanet.Id, (row, datanet) => new { row, datanet })
            .Where(both => both.datanet.OwnerId == accountId || db.Access.Any(access =>
                access.DatanetId == both.datanet.Id && access.AccountId == accountId && access.State == "granted" && access.Until > now))
            .OrderByDescending(both => both.row.CreatedAt).Take(100)
            .Select(both => new UsableVersion(both.row.Id, both.datanet.Id, both.datanet.Name, both.row.Number, both.row.Records, both.row.Contributions, both.row.Characters))
            .ToListAsync(cancel);
}
