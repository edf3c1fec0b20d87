using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>What the platform knows of a tuned model, read once for its card and its bill of materials.</summary>
internal sealed class ModelFacts(IDbContextFactory<AssayDb> reader, BaseModels bases, LedgerSequencer ledger)
{
    /// <summary>The facts of a run that has a model.</summary>
    public async Task<ModelFact> OfAsync(string runId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var run = await db.Runs.AsNoTracking().FirstAsync(row => row.Id == runId, cancel);
        var name = await db.ModelVersions.Where(row => row.RunId == runId).Select(row => row.Name).FirstAsync(cancel);
        var snapshots = await StartRun.SnapshotsAsync(db, run.SnapshotList, cancel);
        var data = new List<DataFact>();
        foreach (var snapshot in snapshots)
        {
            var datanet = await db.Datanets.AsNoTracking().FirstAsync(row => row.Id == snapshot.DatanetId, cancel);
            var ids = snapshot.ReadManifest().Contributions.Select(item => item.Id).ToList();
            var licences = await db.Contributions.Where(row => ids.Contains(row.Id)).GroupBy(row => row.Licence).Select(group => new { group.Key, Count = group.Count() }).ToListAsync(cancel);
            data.Add(new DataFact(datanet.Id, datanet.Name, snapshot.Number, snapshot.Contributions, snapshot.Records, snapshot.RecordsRoot,
                [.. licences.OrderByDescending(group => group.Count).ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Count))],
                await ledger.IndexOfAsync(snapshot.EntryId, cancel)));
        }

        return new ModelFact(name, run.Id, bases.Find(run.Base), run.Base, JsonSerializer.Deserialize<RunSettings>(run.Settings, AssayJson.Options)!, data,
            run.TrainCount, run.HoldOutCount, run.Step, run.BaseLoss, run.TunedLoss, run.AdapterSha256!, run.Removed, run.EndedAt!.Value,
            await ledger.IndexOfAsync(run.EntryId, cancel), run.EndEntryId is { } end ? await ledger.IndexOfAsync(end, cancel) : null, run.StartFrom);
    }
}

/// <summary>A tuned model in facts.</summary>
/// <param name="Base">The base on this machine; null when it is gone.</param>
/// <param name="Removed">Files it was trained on that were removed since.</param>
/// <param name="StartIndex">Ledger index of the run's start.</param>
/// <param name="EndIndex">Ledger index of its end.</param>
/// <param name="StartFrom">The run whose adapter it trained further.</param>
internal sealed record ModelFact(string Name, string RunId, BaseModel? Base, string BaseName, RunSettings Settings, IReadOnlyList<DataFact> Data, int TrainRecords, int HoldOutRecords,
    int Steps, double? BaseLoss, double? TunedLoss, string AdapterSha256, int Removed, DateTimeOffset EndedAt, long StartIndex, long? EndIndex, string? StartFrom);

/// <summary>A frozen version that a model learnt from.</summary>
/// <param name="Root">RFC 6962 root over its records.</param>
/// <param name="Licences">Licences of its files with their number, most frequent first.</param>
/// <param name="LedgerIndex">The version's entry.</param>
internal sealed record DataFact(string DatanetId, string Name, int Version, int Files, int Records, string Root, IReadOnlyList<(string Licence, int Files)> Licences, long LedgerIndex);
