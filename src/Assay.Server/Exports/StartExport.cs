using Assay.Client.Models;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>POST /api/v1/runs/{id}/exports: queues the writing of a tuned model. Asked twice for the same, it answers with what there is.</summary>
internal sealed class StartExport(DbWriter writer, RunViews runs, ExportViews views, BaseModels bases, DataFolder folder, JobQueue jobs, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder runs) => runs.MapPost("/{id}/exports",
        async Task<Results<Accepted<ExportView>, ProblemHttpResult>> (string id, ExportRequest request, CurrentUser user, StartExport starting, CancellationToken cancel) =>
            await starting.HandleAsync(id, request, user.Viewer, cancel) is var (view, why) && view is not null
                ? TypedResults.Accepted($"/api/v1/exports/{view.Id}", view)
                : why!.ToProblem()).RequireAuthorization(Scopes.Train);

    internal async Task<(ExportView? View, Refusal? Why)> HandleAsync(string runId, ExportRequest request, Viewer viewer, CancellationToken cancel)
    {
        if (await runs.OneAsync(runId, viewer, cancel) is not { } run)
        {
            return (null, Refusal.NotFound("run", runId));
        }

        if (ExportFormat.Find(request.Format, request.Type) is not { } format)
        {
            return (null, Refusal.Invalid($"There is no export of format '{request.Format}' with type '{request.Type}'. There are: "
                + string.Join("; ", ExportFormat.All.Select(one => one.Type is null ? one.Format : $"{one.Format} {one.Type}")) + "."));
        }

        if (run.ModelName is null || bases.Find(run.Base) is not { } model)
        {
            return (null, Refusal.Conflict("no_model", $"The run is {run.State} and has no model that could be exported{(run.ModelName is null ? "" : ": its base model is gone from this machine")}."));
        }

        var free = new DriveInfo(folder.Root).AvailableFreeSpace;
        var needed = (long)(model.Parameters * format.BytesPerWeight * 1.1);
        if (needed > free)
        {
            return (null, new Refusal(StatusCodes.Status507InsufficientStorage, "no_space",
                $"The export needs about {needed >> 20} MiB and the disk has {free >> 20} MiB free. Delete earlier exports, choose a smaller type, or ask the operator for room."));
        }

        return (await QueueAsync(runId, format, viewer, cancel), null);
    }

    private async Task<ExportView> QueueAsync(string runId, ExportFormat format, Viewer viewer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var id = await writer.WriteAsync(async (db, stop) =>
        {
            var there = await db.Exports.FirstOrDefaultAsync(row => row.RunId == runId && row.Format == format.Format && row.Type == format.Type && row.State != "failed", stop);
            if (there is not null)
            {
                return there.Id;
            }

            var export = new ExportRow { Id = AssayDb.NewId("x_"), RunId = runId, Format = format.Format, Type = format.Type, CreatedAt = now };
            db.Exports.Add(export);
            JobQueue.Submit(db, "export", export.Id, now);
            return export.Id;
        }, cancel);
        jobs.Wake();
        return (await views.OneAsync(id, viewer, cancel))!;
    }
}
