using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Datanets.Versions;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets;

/// <summary>GET /api/v1/snapshots/{id}: facts; …/manifest: the frozen list with hashes; …/card, …/diff: figures and changes; …/preview?base=NAME: rendered samples with the loss mask.</summary>
internal static class ReadSnapshot
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/{id}", async Task<Results<Ok<SnapshotView>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel) =>
            await FindAsync(db, user, id, cancel) is { } row
                ? TypedResults.Ok((await ListAsync(db, rows => rows.Where(version => version.Id == row.Id), cancel))[0])
                : Refusal.NotFound("snapshot", id).ToProblem());
        group.MapGet("/{id}/manifest", async Task<Results<Ok<SnapshotManifest>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel) =>
            await FindAsync(db, user, id, cancel) is { } row
                ? TypedResults.Ok(row.ReadManifest())
                : Refusal.NotFound("snapshot", id).ToProblem());
        DiffSnapshots.Map(group);
        ReadCard.Map(group);
        ExportSnapshot.Map(group);
        group.MapGet("/{id}/preview", PreviewAsync).RequireAuthorization(Scopes.Train);
    }

    /// <summary>A version that the user may read.</summary>
    internal static Task<SnapshotRow?> FindAsync(AssayDb db, CurrentUser user, string id, CancellationToken cancel) =>
        Readable.Snapshots(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel);

    internal static Task<List<SnapshotView>> ListAsync(AssayDb db, Func<IQueryable<SnapshotRow>, IQueryable<SnapshotRow>> pick, CancellationToken cancel) =>
        pick(db.Snapshots.AsNoTracking()).OrderByDescending(row => row.Number)
            .Select(row => new SnapshotView(row.Id, row.DatanetId, row.Number, row.Contributions, row.Records, row.Characters, row.RecordsRoot,
                db.LedgerEntries.Where(entry => entry.Id == row.EntryId).Select(entry => entry.Index).FirstOrDefault(), row.CreatedAt, row.Removed))
            .ToListAsync(cancel);

    private static async Task<Results<Ok<SnapshotPreview>, ProblemHttpResult>> PreviewAsync(
        string id, CurrentUser user, AssayDb db, BaseModels bases, SnapshotPreviews previews, CancellationToken cancel, string? @base = null, int samples = 3)
    {
        var model = @base is null ? bases.All().LastOrDefault() : bases.Find(@base);
        if (model is null)
        {
            return Refusal.NotFound("base model", @base ?? "(any)").ToProblem();
        }

        var snapshot = await FindAsync(db, user, id, cancel);
        return snapshot is null
            ? Refusal.NotFound("snapshot", id).ToProblem()
            : TypedResults.Ok(await previews.MakeAsync(snapshot, model, new RunSettings { CutOff = model.Context }, Math.Clamp(samples, 1, 20), cancel));
    }
}
