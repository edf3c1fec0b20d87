using System.Globalization;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>GET /api/v1/review/assignments/{id}/comparisons: what the findings of the file that a reviewer holds compare it with, without its name and address.</summary>
internal static class ReadHeldComparisons
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/assignments/{id:long}/comparisons", async Task<Results<Ok<Page<ComparisonView>>, ProblemHttpResult>> (
        long id, CurrentUser user, AssayDb db, SideBySide sides, TimeProvider clock, CancellationToken cancel, string? rule = null) =>
        await ContributionAsync(db, id, user, clock.GetUtcNow(), cancel) is { } held
            ? TypedResults.Ok(new Page<ComparisonView>(await sides.OfAsync(held, rule, user, cancel)))
            : Refusal.NotFound("file that you hold under", id.ToString(CultureInfo.InvariantCulture)).ToProblem());

    /// <summary>The contribution that a reviewer holds under an assignment; null when they do not.</summary>
    public static async Task<string?> ContributionAsync(AssayDb db, long assignment, CurrentUser user, DateTimeOffset now, CancellationToken cancel) =>
        await db.Assignments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == assignment && row.ReviewerId == user.Id, cancel) is { } held && held.IsHeld(now) ? held.ContributionId : null;
}
