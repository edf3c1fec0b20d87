using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Versions;

/// <summary>GET /api/v1/snapshots/{id}/export/…: records.jsonl, records.parquet, bundle.zip (<c>files=false</c> leaves the files' bytes out). For the owner, the operator and whoever has access.</summary>
internal sealed class ExportSnapshot(SnapshotExport export, IDbContextFactory<AssayDb> reader, TimeProvider clock) : IDisposable
{
    /// <summary>Exports read whole datanets; more than this many at a time would crowd out everything else.</summary>
    private const int AtATime = 2;

    private readonly SemaphoreSlim _turns = new(AtATime);

    private SnapshotExport Export => export;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/{id}/export/records.jsonl", (string id, CurrentUser user, ExportSnapshot requests, CancellationToken cancel) =>
            requests.HandleAsync(id, user, ("application/jsonl", "records.jsonl"), requests.Export.WriteJsonLinesAsync, cancel)).RequireAuthorization(Scopes.Read);
        group.MapGet("/{id}/export/records.parquet", (string id, CurrentUser user, ExportSnapshot requests, CancellationToken cancel) =>
            requests.HandleAsync(id, user, ("application/vnd.apache.parquet", "records.parquet"), requests.Export.WriteParquetAsync, cancel)).RequireAuthorization(Scopes.Read);
        group.MapGet("/{id}/export/bundle.zip", (string id, CurrentUser user, ExportSnapshot requests, HttpRequest request, CancellationToken cancel, bool files = true) =>
            requests.HandleAsync(id, user, ("application/zip", "bundle.zip"), (snapshot, output, stop) =>
                requests.Export.WriteBundleAsync(snapshot, files, $"{request.Scheme}://{request.Host}/datanets/{snapshot.DatanetId}/versions/{snapshot.Number}", output, stop), cancel)).RequireAuthorization(Scopes.Read);
    }

    public void Dispose() => _turns.Dispose();

    private async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleAsync(
        string id, CurrentUser user, (string MediaType, string Name) file, Func<SnapshotRow, FileStream, CancellationToken, Task> write, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var snapshot = await ReadSnapshot.FindAsync(db, user, id, cancel);
        if (snapshot is null)
        {
            return Refusal.NotFound("snapshot", id).ToProblem();
        }

        if (!user.Is(Roles.Operator) && !await AccessModule.MayTrainAsync(db, user.Id, snapshot.DatanetId, clock.GetUtcNow(), cancel))
        {
            return new Refusal(StatusCodes.Status403Forbidden, "no_access",
                $"You have no access to the datanet '{snapshot.DatanetId}'. Ask its owner with POST /api/v1/datanets/{snapshot.DatanetId}/access.").ToProblem();
        }

        if (!await _turns.WaitAsync(0, cancel))
        {
            return new Refusal(StatusCodes.Status503ServiceUnavailable, "busy", $"{AtATime} exports are being written already. Try again in a minute.").ToProblem();
        }

        // Written out before it is sent: a fault becomes an error instead of half a file, and the length is known.
        var content = export.Temporary();
        try
        {
            await write(snapshot, content, cancel);
            content.Position = 0;
            return TypedResults.Stream(content, file.MediaType, $"{snapshot.DatanetId}-v{snapshot.Number}-{file.Name}");
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
        finally
        {
            _turns.Release();
        }
    }
}
