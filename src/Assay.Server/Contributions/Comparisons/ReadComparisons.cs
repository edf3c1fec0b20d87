using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Comparisons;

/// <summary>GET /api/v1/contributions/{id}/comparisons: what the findings of a file compare it with, passage by passage.</summary>
internal static class ReadComparisons
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/contributions/{id}/comparisons", async Task<Results<Ok<Page<ComparisonView>>, ProblemHttpResult>> (
        string id, CurrentUser user, AssayDb db, SideBySide sides, CancellationToken cancel, string? rule = null) =>
        await RefuseAsync(db, user, id, cancel) is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(new Page<ComparisonView>(await sides.OfAsync(id, rule, user, cancel))));

    /// <summary>Whether the reader may read the file whose findings they are; the earlier one is asked about for itself.</summary>
    public static async Task<Refusal?> RefuseAsync(AssayDb db, CurrentUser user, string id, CancellationToken cancel)
    {
        // Who left a private datanet keeps the own file, but not what was found by comparing it with the others.
        var datanets = Readable.Datanets(db, user.Viewer);
        var file = await Readable.Contributions(db, user.Viewer).AsNoTracking().Where(row => row.Id == id && datanets.Any(datanet => datanet.Id == row.DatanetId))
            .Select(row => new { row.State, row.AccountId, row.Removal, Owner = db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => datanet.OwnerId).First() })
            .FirstOrDefaultAsync(cancel);
        return file is null ? Refusal.NotFound("contribution", id)
            : file.Removal is not null ? new Refusal(StatusCodes.Status410Gone, "erased", "The content of this file was erased; its hash stays on the ledger.")
            : ReadContent.MayRead(user, file.State, file.AccountId, file.Owner) ? null
            : Refusal.Forbidden("The content of a file is shown to everyone once it is accepted; before that to its contributor and to those who decide.");
    }
}
