using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs/{id}/cancel: stops a queued run at once and a running one at its next step, or with its worker, within five seconds.</summary>
internal static class CancelRun
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/{id}/cancel", HandleAsync).RequireAuthorization(Scopes.Train);

    internal static async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id, CurrentUser user, DbWriter writer, FinishRun finish, CancelDeadline deadline, RunViews views, CancellationToken cancel)
    {
        var view = await views.OneAsync(id, user.Viewer, cancel);
        if (view is null)
        {
            return Refusal.NotFound("run", id).ToProblem();
        }

        if (view.EndedAt is not null)
        {
            return Refusal.Conflict("ended", $"The run is {view.State}; there is nothing to cancel.").ToProblem();
        }

        await StopAsync(id, writer, finish, deadline, cancel);
        return TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel));
    }

    /// <summary>Stops a run that has not ended, whoever asks.</summary>
    internal static async Task StopAsync(string id, DbWriter writer, FinishRun finish, CancelDeadline deadline, CancellationToken cancel)
    {
        var (job, waits) = await writer.WriteAsync(async (db, stop) =>
        {
            var held = await db.Jobs.Where(row => row.Kind == "train" && row.Subject == id).OrderByDescending(row => row.Id).FirstAsync(stop);
            held.Cancel = true;
            var ends = held.State != JobState.Running;
            if (ends)
            {
                held.State = JobState.Cancelled;
            }

            return (held.Id, ends);
        }, cancel);
        if (waits)
        {
            await finish.CancelledAsync(id, cancel);
        }
        else
        {
            deadline.Watch(job);
        }
    }
}
