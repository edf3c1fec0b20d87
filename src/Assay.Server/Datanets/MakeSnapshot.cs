using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets;

/// <summary>POST /api/v1/datanets/{id}/snapshots: freezes the accepted records under the next number. GET lists the snapshots.</summary>
internal static class MakeSnapshot
{
    private const int MaxAttempts = 5;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/{id}/snapshots", HandleAsync).RequireAuthorization(Scopes.Contribute);
        group.MapGet("/{id}/snapshots", async Task<Results<Ok<Page<SnapshotView>>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel) =>
            await Readable.Datanets(db, user.Viewer).AnyAsync(row => row.Id == id, cancel)
                ? TypedResults.Ok(new Page<SnapshotView>(await ReadSnapshot.ListAsync(db, rows => rows.Where(row => row.DatanetId == id), cancel)))
                : Refusal.NotFound("datanet", id).ToProblem());
    }

    internal static async Task<Results<Created<SnapshotView>, ProblemHttpResult>> HandleAsync(
        string id, CurrentUser user, AssayDb db, DbWriter writer, LedgerSequencer ledger, TimeProvider clock, CancellationToken cancel)
    {
        var datanet = await Readable.Datanets(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel);
        if (datanet is null)
        {
            return Refusal.NotFound("datanet", id).ToProblem();
        }

        if (datanet.OwnerId != user.Id)
        {
            return Refusal.Forbidden("Only the owner freezes a version of a datanet.").ToProblem();
        }

        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // Reading and hashing a whole datanet happens outside the writer; the write only looks whether it is still the same one.
            var stamp = await StampAsync(db, id, cancel);
            var snapshot = await FreezeAsync(db, id, stamp.Number + 1, clock.GetUtcNow(), cancel);
            if (snapshot is null)
            {
                return Refusal.Conflict("nothing_accepted", "No record is accepted yet. A version needs at least one.").ToProblem();
            }

            if (await writer.WriteAsync((rows, stop) => AddAsync(rows, snapshot, stamp, stop), cancel))
            {
                return TypedResults.Created($"/api/v1/snapshots/{snapshot.Id}", snapshot.ToView(await ledger.IndexOfAsync(snapshot.EntryId, cancel)));
            }
        }

        return Refusal.Conflict("changing", "Files were decided while the version was made. Try again in a moment.").ToProblem();
    }

    private static async Task<bool> AddAsync(AssayDb rows, SnapshotRow snapshot, (int Number, long Decided, int Removed) stamp, CancellationToken stop)
    {
        if (await StampAsync(rows, snapshot.DatanetId, stop) != stamp)
        {
            return false;
        }

        var entry = rows.Append(LedgerFacts.Snapshot(snapshot, SnapshotContent.ClustersHash(snapshot.ReadManifest())));
        await rows.SaveChangesAsync(stop); // the entry's row id
        snapshot.EntryId = entry.Id;
        rows.Snapshots.Add(snapshot);
        return true;
    }

    /// <summary>The last version's number, the last verdict and the removals: while they stay, the accepted records stay.</summary>
    private static async Task<(int Number, long Decided, int Removed)> StampAsync(AssayDb rows, string id, CancellationToken stop) => (
        await rows.Snapshots.Where(row => row.DatanetId == id).MaxAsync(row => (int?)row.Number, stop) ?? 0,
        await rows.Contributions.Where(row => row.DatanetId == id).MaxAsync(row => row.VerdictEntryId, stop) ?? 0,
        await rows.Contributions.CountAsync(row => row.DatanetId == id && row.Removal != null, stop));

    private static async Task<SnapshotRow?> FreezeAsync(AssayDb rows, string id, int number, DateTimeOffset now, CancellationToken stop)
    {
        var contributions = await rows.Contributions.AsNoTracking().Where(row => row.DatanetId == id && row.State == ContributionState.Accepted && row.Removal == null)
            .Join(rows.LedgerEntries, row => row.EntryId, entry => entry.Id, (row, entry) => new { Row = row, entry.Index })
            .Where(item => item.Index != null).ToListAsync(stop);
        var records = (await rows.Records.AsNoTracking().Where(row => row.DatanetId == id).ToListAsync(stop)).ToLookup(row => row.ContributionId);
        var manifest = SnapshotContent.Manifest(id, number, contributions.Select(item => (item.Row, item.Index!.Value, records[item.Row.Id].ToList())));
        var included = manifest.Contributions.SelectMany(item => item.Records).Select(record => record.Id).ToHashSet();
        return included.Count == 0 ? null : new SnapshotRow
        {
            Id = AssayDb.NewId("s_"),
            DatanetId = id,
            Number = number,
            Contributions = manifest.Contributions.Count,
            Records = included.Count,
            Characters = records.SelectMany(group => group).Where(record => included.Contains(record.Id)).Sum(record => record.Characters()),
            RecordsRoot = SnapshotContent.Root(manifest),
            Manifest = JsonSerializer.Serialize(manifest, AssayJson.Options),
            CreatedAt = now,
        };
    }
}
