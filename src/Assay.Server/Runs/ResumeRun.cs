using Assay.Client.Runs;
using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs/{id}/resume: queues a paused run again. It continues from its checkpoint, bit for bit as if it had never been paused.</summary>
internal sealed class ResumeRun(DbWriter writer, RunViews views, JobQueue jobs, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/resume",
        async Task<Results<Ok<RunView>, ProblemHttpResult>> (string id, CurrentUser user, ResumeRun resume, RunViews views, CancellationToken cancel) =>
            await resume.HandleAsync(id, user.Viewer, cancel) is { } why ? why.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)))
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
            if (run.State != RunState.Paused)
            {
                return Refusal.Conflict("not_paused", $"The run is {RunViews.Word(run.State)}; only a paused one can be resumed.");
            }

            var snapshots = run.SnapshotList;
            foreach (var datanet in await db.Snapshots.Where(row => snapshots.Contains(row.Id)).Select(row => row.DatanetId).Distinct().ToListAsync(stop))
            {
                if (!await AccessModule.MayTrainAsync(db, viewer.AccountId, datanet, now, stop))
                {
                    return new Refusal(StatusCodes.Status403Forbidden, "no_access",
                        $"You may no longer train on the datanet '{datanet}'. Ask its owner again, or cancel the run.");
                }
            }

            run.State = RunState.Queued;
            JobQueue.Submit(db, "train", id, now, run.Priority);
            return null;
        }, cancel);
        jobs.Wake();
        return refused;
    }
}
