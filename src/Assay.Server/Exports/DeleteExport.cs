using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>DELETE /api/v1/exports/{id}: removes the files, or ends the making of them. The ledger's entry stays.</summary>
internal sealed class DeleteExport(DbWriter writer, ExportViews views, ExportJobs files)
{
    public static void Map(RouteGroupBuilder exports) => exports.MapDelete("/{id}",
        async Task<Results<NoContent, ProblemHttpResult>> (string id, CurrentUser user, DeleteExport deleting, CancellationToken cancel) =>
            await deleting.HandleAsync(id, user.Viewer, cancel) is { } why ? why.ToProblem() : TypedResults.NoContent()).RequireAuthorization(Scopes.Train);

    internal async Task<Refusal?> HandleAsync(string id, Viewer viewer, CancellationToken cancel)
    {
        if (await views.OneAsync(id, viewer, cancel) is not { } export)
        {
            return Refusal.NotFound("export", id);
        }

        await writer.WriteAsync(async (db, stop) =>
        {
            await db.Exports.Where(row => row.Id == id).ExecuteDeleteAsync(stop);
            foreach (var job in await db.Jobs.Where(row => row.Kind == "export" && row.Subject == id).ToListAsync(stop))
            {
                job.Cancel = true; // a worker hears it at its next heartbeat and removes what it wrote
            }
        }, cancel);
        if (export.State is "done" or "failed")
        {
            files.Remove(export.RunId, id);
        }

        return null;
    }
}
