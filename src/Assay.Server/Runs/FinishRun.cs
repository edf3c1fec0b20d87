using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Live;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>The end of a run, or of its worker's part in it. What a worker reports carries the lease's token.</summary>
internal sealed class FinishRun(DbWriter writer, IDbContextFactory<AssayDb> reader, RunFeed feed, TrainingJobs files, LedgerSequencer ledger, TimeProvider clock)
{
    /// <returns>False: the lease is stale, nothing was written.</returns>
    public async Task<bool> FinishAsync(long job, long token, TrainResult result, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await JobQueue.HeldAsync(db, job, token, cancel) is { } held && await EndAsync(held.Subject, result, (job, token), cancel);
    }

    /// <summary>The worker died on its last attempt.</summary>
    public Task DiedAsync(string runId, string reason, CancellationToken cancel) =>
        EndAsync(runId, new TrainResult("failed", Sentence(reason), 0, null, null, null, null), null, cancel);

    /// <summary>What to do about a worker that died: only memory asks for a smaller run.</summary>
    internal static string Sentence(string reason) => $"The run stopped: {reason}. " + (reason.Contains("memory", StringComparison.OrdinalIgnoreCase)
        ? "Try a smaller batch_size or cut_off."
        : "Start it again; if it stops again, ask the operator for the server's log.");

    /// <summary>The run was cancelled, and no worker has it.</summary>
    public Task CancelledAsync(string runId, CancellationToken cancel) =>
        EndAsync(runId, new TrainResult("cancelled", null, 0, null, null, null, null), null, cancel);

    private async Task<bool> EndAsync(string runId, TrainResult result, (long Job, long Token)? lease, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var before = await db.Runs.AsNoTracking().FirstAsync(row => row.Id == runId, cancel);
        var snapshots = await StartRun.SnapshotsAsync(db, before.SnapshotList, cancel);
        var indices = new List<long>();
        foreach (var snapshot in snapshots)
        {
            indices.Add(await ledger.IndexOfAsync(snapshot.EntryId, cancel));
        }

        var settings = JsonSerializer.Deserialize<RunSettings>(before.Settings, AssayJson.Options)!;
        var now = clock.GetUtcNow();
        var written = await writer.WriteAsync(async (rows, stop) =>
        {
            if (lease is { } held)
            {
                if (await JobQueue.HeldAsync(rows, held.Job, held.Token, stop) is not { } job)
                {
                    return false;
                }

                job.State = result.Outcome switch
                {
                    "succeeded" or "stopped" or "paused" => JobState.Done,
                    "cancelled" => JobState.Cancelled,
                    _ => JobState.Failed,
                };
            }

            var run = await rows.Runs.FirstAsync(row => row.Id == runId, stop);
            if (run.EndedAt is not null)
            {
                return true; // a repeated report
            }

            if (result.Outcome == "paused")
            {
                run.State = RunState.Paused;
                run.Step = Math.Max(run.Step, result.Step);
                return true;
            }

            Apply(run, result, now);
            var entry = rows.Append(LedgerFacts.Run(run, indices, StartRun.HoldOutRoot(run, snapshots), settings.Seed, result.Outcome, now));
            await rows.SaveChangesAsync(stop); // the entry's row id
            run.EndEntryId = entry.Id;
            if (run.State is RunState.Succeeded or RunState.Stopped)
            {
                var model = Publish(run, now);
                rows.ModelVersions.Add(model);
                rows.Append(LedgerFacts.PublishedModel(model.Name, run.Id, now));
            }

            rows.RunEvents.Add(new RunEventRow
            {
                RunId = runId,
                Point = JsonSerializer.Serialize(new RunPoint(run.Step, Message: result.Failure ?? result.Note ?? result.Outcome), AssayJson.Options),
            });
            return true;
        }, cancel);
        ledger.Wake();
        feed.Publish(runId);
        if (written && result.Outcome != "paused")
        {
            files.RemoveWork(runId);
        }

        return written;
    }

    private static void Apply(RunRow run, TrainResult result, DateTimeOffset now)
    {
        run.State = result.Outcome switch
        {
            "succeeded" => RunState.Succeeded,
            "stopped" => RunState.Stopped,
            "cancelled" => RunState.Cancelled,
            _ => RunState.Failed,
        };
        run.EndedAt = now;
        run.Step = Math.Max(run.Step, result.Step);
        run.Loss = result.Loss ?? run.Loss;
        run.BaseLoss = result.BaseLoss;
        run.TunedLoss = result.TunedLoss;
        run.Failure = result.Failure;
        run.Note = result.Note;
        run.AdapterSha256 = result.AdapterSha256;
    }

    private static ModelVersionRow Publish(RunRow run, DateTimeOffset now) => new()
    {
        Name = ModelName.Of(run.Base, run.Name, run.Id),
        RunId = run.Id,
        OwnerId = run.OwnerId,
        Base = run.Base,
        AdapterSha256 = run.AdapterSha256!,
        BaseLoss = run.BaseLoss,
        TunedLoss = run.TunedLoss,
        CreatedAt = now,
    };
}
