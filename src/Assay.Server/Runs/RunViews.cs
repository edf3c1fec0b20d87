using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Runs as the API and the pages show them. A run is seen by its owner, as long as the owner may read what it learnt from.</summary>
internal sealed class RunViews(IDbContextFactory<AssayDb> reader)
{
    public async Task<RunView?> OneAsync(string id, Viewer viewer, CancellationToken cancel) =>
        (await ReadAsync(viewer, rows => rows.Where(row => row.Id == id), cancel)).FirstOrDefault();

    public Task<List<RunView>> OfAccountAsync(Viewer viewer, CancellationToken cancel) =>
        ReadAsync(viewer, rows => rows.OrderByDescending(row => row.CreatedAt).Take(200), cancel);

    private async Task<List<RunView>> ReadAsync(Viewer viewer, Func<IQueryable<RunRow>, IQueryable<RunRow>> pick, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await pick(Readable.Runs(db, viewer).AsNoTracking()).Select(row => new
        {
            Row = row,
            Model = db.ModelVersions.Where(model => model.RunId == row.Id).Select(model => model.Name).FirstOrDefault(),
            Index = db.LedgerEntries.Where(entry => entry.Id == (row.EndEntryId ?? row.EntryId)).Select(entry => entry.Index).FirstOrDefault(),
        }).ToListAsync(cancel);
        return rows.ConvertAll(item => new RunView(item.Row.Id, item.Row.Name, JsonNamingPolicy.SnakeCaseLower.ConvertName(item.Row.State.ToString()), item.Row.Base,
            item.Row.SnapshotList, JsonSerializer.Deserialize<RunSettings>(item.Row.Settings, AssayJson.Options)!, item.Row.OwnerId, item.Row.CreatedAt,
            item.Row.StartedAt, item.Row.EndedAt, item.Row.Step, item.Row.Steps, item.Row.Loss, item.Row.BaseLoss, item.Row.TunedLoss, item.Row.Failure,
            item.Row.AdapterSha256, item.Model, item.Index, item.Row.TrainCount, item.Row.HoldOutCount, item.Row.StartFrom, item.Row.Removed));
    }
}
