using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs/{id}/pause: keeps a checkpoint after the current step and frees the worker; the run goes on exactly there when it is resumed.</summary>
internal sealed class PauseRun(DbWriter writer, RunViews views)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/pause",
        async Task<Results<Ok<RunView>, ProblemHttpResult>> (string id, CurrentUser user, PauseRun pause, RunViews views, CancellationToken cancel) =>
            await pause.HandleAsync(id, user.Viewer, cancel) is { } why ? why.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)))
        .RequireAuthorization(Scopes.Train);

    internal async Task<Refusal?> HandleAsync(string id, Viewer viewer, CancellationToken cancel)
    {
        if (await views.OneAsync(id, viewer, cancel) is null)
        {
            return Refusal.NotFound("run", id);
        }

        return await writer.WriteAsync(async (db, stop) =>
        {
            var run = await db.Runs.FirstAsync(row => row.Id == id, stop);
            if (run.State is not (RunState.Queued or RunState.Preparing or RunState.Running))
            {
                return Refusal.Conflict("not_running", $"The run is {RunViews.Word(run.State)}; only one that waits or computes can be paused.");
            }

            var job = await db.Jobs.Where(row => row.Kind == "train" && row.Subject == id).OrderByDescending(row => row.Id).FirstAsync(stop);
            if (job.State == JobState.Running)
            {
                (job.Wish, run.State) = ("pause", RunState.Stopping);
            }
            else
            {
                (job.State, run.State) = (JobState.Done, RunState.Paused);
            }

            return null;
        }, cancel);
    }
}
