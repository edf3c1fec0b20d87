using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>GET /api/v1/runs/{id}/without: the request that repeats a run on versions without the files that were removed since. Sent to POST /api/v1/runs as it is, it starts it.</summary>
internal static class TrainWithout
{
    private const int MaxName = 80;
    private const string Again = ", again";

    public static void Map(RouteGroupBuilder group) => group.MapGet("/{id}/without", async Task<Results<Ok<StartRunRequest>, ProblemHttpResult>> (
        string id, CurrentUser user, RunViews views, AssayDb db, TimeProvider clock, CancellationToken cancel) =>
    {
        if (await views.OneAsync(id, user.Viewer, cancel) is not { } run)
        {
            return Refusal.NotFound("run", id).ToProblem();
        }

        var (request, missing) = await RequestAsync(db, run, user.Id, clock.GetUtcNow(), cancel);
        return missing.Count == 0
            ? TypedResults.Ok(request)
            : Refusal.Conflict("no_version", $"No version of the datanet '{missing[0]}' is without the removed files and open to you. Ask its owner to freeze one.").ToProblem();
    });

    /// <summary>The same base and settings, a fresh adapter, and of each datanet the newest version without removed files that the account may train on.</summary>
    /// <returns>The request, and the datanets that have no such version.</returns>
    internal static async Task<(StartRunRequest Request, IReadOnlyList<string> Missing)> RequestAsync(AssayDb db, RunView run, string accountId, DateTimeOffset now, CancellationToken cancel)
    {
        var datanets = await db.Snapshots.Where(row => run.Snapshots.Contains(row.Id)).Select(row => row.DatanetId).Distinct().OrderBy(id => id).ToListAsync(cancel);
        var usable = await UsableVersion.ListAsync(db, accountId, now, cancel);
        var versions = datanets.ConvertAll(datanet => (Datanet: datanet, Version: usable.Where(version => version.DatanetId == datanet).MaxBy(version => version.Number)));
        var name = (run.Name.Length > MaxName - Again.Length ? run.Name[..(MaxName - Again.Length)] : run.Name) + Again;
        return (new StartRunRequest(run.Base, [.. versions.Where(item => item.Version is not null).Select(item => item.Version!.Id)], name, run.Settings),
            [.. versions.Where(item => item.Version is null).Select(item => item.Datanet)]);
    }
}
