using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>What an export worker gets to know, and where its files lie.</summary>
internal sealed class ExportJobs(DbWriter writer, BaseModels bases, TrainingJobs runs, DataFolder folder)
{
    /// <summary>The folder of an export's files.</summary>
    public string FolderOf(string runId, string exportId) => Path.Combine(ExportsOf(runId), exportId);

    /// <returns>Null: the export was deleted meanwhile.</returns>
    public async Task<JsonElement?> PayloadAsync(JobRow job, CancellationToken cancel)
    {
        var found = await writer.WriteAsync(async (db, stop) =>
        {
            if (await db.Exports.FirstOrDefaultAsync(row => row.Id == job.Subject, stop) is not { } export)
            {
                return ((ExportRow, ModelVersionRow)?)null;
            }

            export.State = "running";
            return (export, await db.ModelVersions.FirstAsync(row => row.RunId == export.RunId, stop));
        }, cancel);
        if (found is not var (row, version))
        {
            return null;
        }

        var model = bases.Find(version.Base) ?? throw new InvalidOperationException($"The base model '{version.Base}' of run {row.RunId} is gone.");
        Directory.CreateDirectory(ExportsOf(row.RunId));
        return JsonSerializer.SerializeToElement(new ExportPayload(row.Id, model.Folder, runs.AdapterFolder(row.RunId), FolderOf(row.RunId, row.Id),
            $"{version.Name}-{row.Type}.gguf", row.Format, row.Type), AssayJson.Options);
    }

    /// <summary>Removes the files of an export, also half-written ones.</summary>
    public void Remove(string runId, string exportId)
    {
        if (!Directory.Exists(ExportsOf(runId)))
        {
            return;
        }

        foreach (var path in Directory.GetDirectories(ExportsOf(runId), exportId + "*"))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Removes the files of exports that are not known any more: a worker may have written while its export was deleted.</summary>
    /// <returns>How many folders.</returns>
    public async Task<int> SweepAsync(AssayDb db, CancellationToken cancel)
    {
        var folders = Directory.GetDirectories(folder.Models).Select(run => Path.Combine(run, "exports")).Where(Directory.Exists).SelectMany(Directory.GetDirectories).ToList();
        var known = (await db.Exports.Select(row => row.Id).ToListAsync(cancel)).ToHashSet();
        var lost = folders.Where(path => !known.Contains(Path.GetFileName(path).Split('.')[0])).ToList();
        lost.ForEach(path => Directory.Delete(path, recursive: true));
        return lost.Count;
    }

    private string ExportsOf(string runId) => Path.Combine(folder.Models, runId, "exports");
}
