using System.Globalization;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>What a training worker gets to know, and where its files lie.</summary>
internal sealed class TrainingJobs(IDbContextFactory<AssayDb> reader, BaseModels bases, RenderedText rendered, DataFolder folder)
{
    /// <summary>The adapter of a run, in PEFT layout.</summary>
    public string AdapterFolder(string runId) => Path.Combine(folder.Models, runId, "adapter");

    /// <summary>Adapters of a run's evaluations, a folder <c>step-N</c> each.</summary>
    public string CheckpointsFolder(string runId) => Path.Combine(folder.Models, runId, "checkpoints");

    /// <summary>The adapter of one evaluation; null when it is not kept.</summary>
    public string? CheckpointFolder(string runId, int step) =>
        Path.Combine(CheckpointsFolder(runId), string.Create(CultureInfo.InvariantCulture, $"step-{step}")) is var path && Directory.Exists(path) ? path : null;

    /// <summary>What a run resumes from; removed when it ends.</summary>
    public string WorkFolder(string runId) => Path.Combine(folder.Work, runId);

    /// <summary>Removes the checkpoints of a run that ended.</summary>
    public void RemoveWork(string runId) => RemoveFolder(WorkFolder(runId));

    /// <summary>Removes the folders of runs that ended or are not known: a server that was killed after a run's last row left them.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SweepWorkAsync(CancellationToken cancel)
    {
        var folders = Directory.GetDirectories(folder.Work); // before the rows: a run that starts now has its row first, then its folder
        await using var db = await reader.CreateDbContextAsync(cancel);
        var open = (await db.Runs.Where(row => row.EndedAt == null).Select(row => row.Id).ToListAsync(cancel)).ToHashSet();
        return folders.Count(path => !open.Contains(Path.GetFileName(path)) && RemoveFolder(path));
    }

    public async Task<JsonElement> PayloadAsync(JobRow job, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var run = await db.Runs.AsNoTracking().FirstAsync(row => row.Id == job.Subject, cancel);
        var model = bases.Find(run.Base) ?? throw new InvalidOperationException($"The base model '{run.Base}' of run {run.Id} is gone.");
        Directory.CreateDirectory(WorkFolder(run.Id));
        return JsonSerializer.SerializeToElement(new TrainPayload(run.Id, JsonSerializer.Deserialize<RunSettings>(run.Settings, AssayJson.Options)!, model.Folder,
            WorkFolder(run.Id), AdapterFolder(run.Id), CheckpointsFolder(run.Id), run.StartFrom is null ? null : AdapterFolder(run.StartFrom),
            await RecordsAsync(db, run.TrainRecords, cancel), await RecordsAsync(db, run.HoldOutRecords, cancel), job.Wish), AssayJson.Options);
    }

    private static bool RemoveFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false; // it is not there, or a worker that is being ended still writes: the next sweep takes it
        }
    }

    private async Task<List<TrainRecord>> RecordsAsync(AssayDb db, string ids, CancellationToken cancel)
    {
        var wanted = JsonSerializer.Deserialize<List<long>>(ids)!;
        var rows = await db.Records.AsNoTracking().Where(row => wanted.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancel);
        return wanted.ConvertAll(id => new TrainRecord(id, rendered.Of(rows[id])));
    }
}
