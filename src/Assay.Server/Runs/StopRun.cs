using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs/{id}/stop: ends a run after the current step and publishes what it has learnt so far.</summary>
internal sealed class StopRun(DbWriter writer, RunViews views, JobQueue jobs, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/stop",
        async Task<Results<Ok<RunView>, ProblemHttpResult>> (string id, CurrentUser user, StopRun stopping, RunViews views, CancellationToken cancel) =>
            await stopping.HandleAsync(id, user.Viewer, cancel) is { } why ? why.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)))
        .RequireAuthorization(Scopes.Train);

    internal async Task<Refusal?> HandleAsync(string id, Viewer viewer, CancellationToken cancel)
    {
        if (await views.OneAsync(id, viewer, cancel) is null)
        {
            return Refusal.NotFound("run", id);
        }

        var now = clock.GetUtcNow();
        var refused = await writer.WriteAsync(async (db, stop) =>
        {
            var run = await db.Runs.FirstAsync(row => row.Id == id, stop);
            if (run is not { State: RunState.Running or RunState.Paused, Step: > 0 })
            {
                return run.EndedAt is null
                    ? Refusal.Conflict("nothing_learnt", $"The run is {RunViews.Word(run.State)} at step {run.Step}: there is nothing to save. Cancel it instead.")
                    : Refusal.Conflict("ended", $"The run is {RunViews.Word(run.State)}; there is nothing to stop.");
            }

            if (run.State == RunState.Paused)
            {
                JobQueue.Submit(db, "train", id, now, run.Priority, "stop"); // a worker makes the adapter out of the checkpoint
            }
            else
            {
                (await db.Jobs.Where(row => row.Kind == "train" && row.Subject == id).OrderByDescending(row => row.Id).FirstAsync(stop)).Wish = "stop";
            }

            run.State = RunState.Stopping;
            return null;
        }, cancel);
        jobs.Wake();
        return refused;
    }
}
