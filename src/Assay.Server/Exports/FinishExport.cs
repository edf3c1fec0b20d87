using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Models;
using Assay.Data.Formats;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>The end of an export: card, bill of materials, verdict and hashes are laid beside the files, and the ledger gets the verdict.</summary>
internal sealed class FinishExport(DbWriter writer, IDbContextFactory<AssayDb> reader, ModelFacts facts, ExportJobs files, LedgerSequencer ledger, TimeProvider clock)
{
    private const string Sums = "SHA256SUMS";

    private static readonly JsonSerializerOptions Indented = new(AssayJson.Options) { WriteIndented = true };

    /// <returns>False: the lease is stale, or the export was deleted; nothing was written.</returns>
    public async Task<bool> FinishAsync(long job, long token, ExportResult result, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await JobQueue.HeldAsync(db, job, token, cancel) is not { } held || await db.Exports.AsNoTracking().FirstOrDefaultAsync(row => row.Id == held.Subject, cancel) is not { } export)
        {
            return false;
        }

        var written = result.Outcome == "done" ? await DescribeAsync(export, result, cancel) : [];
        var now = clock.GetUtcNow();
        var ended = await writer.WriteAsync(async (rows, stop) =>
        {
            if (await JobQueue.HeldAsync(rows, job, token, stop) is not { } row || await rows.Exports.FirstOrDefaultAsync(one => one.Id == export.Id, stop) is not { } made)
            {
                return false;
            }

            row.State = result.Outcome == "done" ? JobState.Done : JobState.Failed;
            made.State = result.Outcome == "done" ? "done" : "failed";
            made.Failure = result.Outcome == "done" ? null : result.Failure ?? "The export was cancelled.";
            made.EndedAt = now;
            if (result is { Outcome: "done", Parity: { } parity })
            {
                made.Parity = JsonSerializer.Serialize(parity, AssayJson.Options);
                made.Files = JsonSerializer.Serialize(written, AssayJson.Options);
                var entry = rows.Append(LedgerFacts.Export(made, written.Single(file => file.Name == Sums).Sha256, parity.Verdict, now));
                await rows.SaveChangesAsync(stop); // the entry's row id
                made.EntryId = entry.Id;
            }

            return true;
        }, cancel);
        ledger.Wake();
        return ended;
    }

    /// <summary>The worker died on its last attempt, or the export was cancelled.</summary>
    public async Task DiedAsync(string exportId, string reason, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var runId = await writer.WriteAsync(async (rows, stop) =>
        {
            var export = await rows.Exports.FirstAsync(row => row.Id == exportId, stop);
            export.State = "failed";
            export.Failure = $"The export stopped: {reason}. Export again; if it stops again, ask the operator for the server's log.";
            export.EndedAt = now;
            return export.RunId;
        }, cancel);
        files.Remove(runId, exportId);
    }

    private async Task<List<ExportFile>> DescribeAsync(ExportRow export, ExportResult result, CancellationToken cancel)
    {
        var about = await facts.OfAsync(export.RunId, cancel);
        var folder = files.FolderOf(export.RunId, export.Id);
        List<ExportFile> all = [.. result.Files];
        Add("README.md", ModelCard.Write(about, export, result.Parity));
        Add("ml-bom.cdx.json", MlBom.Write(about, result.Files).ToJsonString(Indented) + "\n");
        Add("parity.json", JsonSerializer.Serialize(result.Parity, Indented) + "\n");
        Add(Sums, string.Concat(all.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Name}\n")));
        return all;

        void Add(string name, string text)
        {
            DurableFile.WriteText(Path.Combine(folder, name), text);
            var bytes = Encoding.UTF8.GetBytes(text);
            all.RemoveAll(file => file.Name == name);
            all.Add(new ExportFile(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }
    }
}
