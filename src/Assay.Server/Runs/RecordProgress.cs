using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Live;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Points and evaluations that a training worker reports. Every write carries the lease's token; what is reported twice is kept once.</summary>
internal sealed class RecordProgress(DbWriter writer, RunFeed feed, TimeProvider clock)
{
    /// <returns>False: the lease is stale, nothing was written.</returns>
    public async Task<bool> HandleAsync(long job, long token, TrainProgress progress, CancellationToken cancel)
    {
        string? runId = null;
        var now = clock.GetUtcNow();
        await writer.WriteAsync(async (db, stop) =>
        {
            if (await JobQueue.HeldAsync(db, job, token, stop) is not { } held)
            {
                return;
            }

            runId = held.Subject;
            var run = await db.Runs.FirstAsync(row => row.Id == runId, stop);
            run.State = held.Cancel || held.Wish is not null ? RunState.Stopping : progress.State == "running" ? RunState.Running : RunState.Preparing;
            run.StartedAt ??= now;
            run.Steps = progress.Steps;
            await DropRepeatedAsync(db, run, progress, stop);
            foreach (var point in progress.Points)
            {
                run.Step = Math.Max(run.Step, point.Step);
                run.Loss = point.Loss ?? run.Loss;
                db.RunEvents.Add(new RunEventRow
                {
                    RunId = runId,
                    Step = point.Loss is null ? null : point.Step,
                    EvaluatedStep = point.HoldOutLoss is null ? null : point.Step,
                    Point = JsonSerializer.Serialize(point, AssayJson.Options),
                });
            }

            foreach (var evaluation in progress.Evaluations ?? [])
            {
                db.RunEvaluations.Add(new RunEvaluationRow
                {
                    RunId = runId,
                    Step = evaluation.Step,
                    HoldOutLoss = evaluation.HoldOutLoss,
                    Best = JsonSerializer.Serialize(evaluation.Best, AssayJson.Options),
                    Worst = JsonSerializer.Serialize(evaluation.Worst, AssayJson.Options),
                    Answers = JsonSerializer.Serialize(evaluation.Answers, AssayJson.Options),
                    CreatedAt = now,
                });
            }
        }, cancel);
        if (runId is not null)
        {
            feed.Publish(runId);
        }

        return runId is not null;
    }

    /// <summary>A run that goes on from a checkpoint repeats the steps behind it, and a report whose answer was lost comes again.</summary>
    private static async Task DropRepeatedAsync(AssayDb db, RunRow run, TrainProgress progress, CancellationToken stop)
    {
        var steps = progress.Points.Where(point => point.Loss is not null).Select(point => (int?)point.Step).Where(step => step <= run.Step).ToList();
        if (steps.Count > 0)
        {
            await db.RunEvents.Where(row => row.RunId == run.Id && steps.Contains(row.Step)).ExecuteDeleteAsync(stop);
        }

        var evaluated = (progress.Evaluations ?? []).Select(evaluation => evaluation.Step).ToList();
        if (evaluated.Count > 0)
        {
            await db.RunEvaluations.Where(row => row.RunId == run.Id && evaluated.Contains(row.Step)).ExecuteDeleteAsync(stop);
            await db.RunEvents.Where(row => row.RunId == run.Id && row.EvaluatedStep != null && evaluated.Contains(row.EvaluatedStep.Value)).ExecuteDeleteAsync(stop);
        }
    }
}
