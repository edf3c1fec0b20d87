using Assay.Client.Contributions;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.TestSets;

/// <summary>DELETE /api/v1/test-sets/{id}: deletes the hashes; that the set was there, and who removed it when, stays. Earlier findings stay, too.</summary>
internal static class RemoveTestSet
{
    public static void Map(RouteGroupBuilder group) => group.MapDelete("/test-sets/{id}", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Ok<TestSetView>, ProblemHttpResult>> HandleAsync(
        string id, CurrentUser user, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        if (await TestSetViews.Of(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel) is not { } set)
        {
            return Refusal.NotFound("test set", id).ToProblem();
        }

        if (await TestSetRights.RefuseAsync(db, user, set.DatanetId, cancel) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var now = clock.GetUtcNow();
        await writer.WriteAsync(async (rows, stop) =>
        {
            if (await rows.TestSets.Where(row => row.Id == id && row.RemovedAt == null)
                .ExecuteUpdateAsync(change => change.SetProperty(row => row.RemovedAt, now).SetProperty(row => row.RemovedById, user.Id), stop) > 0)
            {
                await rows.TestSetRuns.Where(run => run.TestSetId == id).ExecuteDeleteAsync(stop);
            }
        }, cancel);
        return TypedResults.Ok((await TestSetViews.OneAsync(db, id, cancel))!);
    }
}
