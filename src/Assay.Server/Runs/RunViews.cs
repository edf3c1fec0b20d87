using System.Globalization;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Runs as the API and the pages show them. A run is seen by its owner, as long as the owner may read what it learnt from.</summary>
internal sealed class RunViews(IDbContextFactory<AssayDb> reader)
{
    public async Task<RunView?> OneAsync(string id, Viewer viewer, CancellationToken cancel) =>
        (await ReadAsync(viewer, rows => rows.Where(row => row.Id == id), cancel)).FirstOrDefault();

    public Task<List<RunView>> OfAccountAsync(Viewer viewer, CancellationToken cancel) =>
        ReadAsync(viewer, rows => rows.OrderByDescending(row => row.CreatedAt).Take(200), cancel);

    /// <summary>A state as the wire and the pages write it.</summary>
    internal static string Word(RunState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private async Task<List<RunView>> ReadAsync(Viewer viewer, Func<IQueryable<RunRow>, IQueryable<RunRow>> pick, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await pick(Readable.Runs(db, viewer).AsNoTracking()).Select(row => new
        {
            Row = row,
            Model = db.ModelVersions.Where(model => model.RunId == row.Id).Select(model => model.Name).FirstOrDefault(),
            Before = db.Jobs.Count(job => job.Kind == "train" && job.State == JobState.Queued && (job.Priority > row.Priority
                || (job.Priority == row.Priority && db.Jobs.Any(own => own.Subject == row.Id && own.State == JobState.Queued && own.Id > job.Id)))),
            Index = db.LedgerEntries.Where(entry => entry.Id == (row.EndEntryId ?? row.EntryId)).Select(entry => entry.Index).FirstOrDefault(),
        }).ToListAsync(cancel);
        return rows.ConvertAll(item => new RunView(item.Row.Id, item.Row.Name, Word(item.Row.State), item.Row.Base,
            item.Row.SnapshotList, JsonSerializer.Deserialize<RunSettings>(item.Row.Settings, AssayJson.Options)!, item.Row.OwnerId, item.Row.CreatedAt,
            item.Row.StartedAt, item.Row.EndedAt, item.Row.Step, item.Row.Steps, item.Row.Loss, item.Row.BaseLoss, item.Row.TunedLoss, item.Row.Failure,
            item.Row.AdapterSha256, item.Model, item.Index, item.Row.TrainCount, item.Row.HoldOutCount, item.Row.StartFrom, item.Row.Removed,
            item.Row.Note, item.Row.Priority, item.Row.State == RunState.Queued ? item.Before : null,
            item.Row.Weights.Length == 0 ? null : [.. item.Row.Weights.Split(',').Select(weight => double.Parse(weight, CultureInfo.InvariantCulture))]));
    }
}
