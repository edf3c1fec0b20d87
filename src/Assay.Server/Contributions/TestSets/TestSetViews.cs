using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.TestSets;

/// <summary>GET /api/v1/test-sets: the test sets that a datanet's files are compared with, its own and those for all; removed ones stay listed without their hashes.</summary>
internal static class TestSetViews
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/test-sets", async Task<Ok<Page<TestSetView>>> (CurrentUser user, AssayDb db, CancellationToken cancel, string? datanet = null) =>
        TypedResults.Ok(new Page<TestSetView>(await OfAsync(db, user.Viewer, datanet, cancel))));

    public static Task<List<TestSetView>> OfAsync(AssayDb db, Viewer viewer, string? datanetId, CancellationToken cancel) =>
        Read(db, Of(db, viewer).Where(row => row.DatanetId == null || row.DatanetId == datanetId).OrderBy(row => row.RemovedAt != null).ThenBy(row => row.Name).ThenBy(row => row.Id)).ToListAsync(cancel);

    public static Task<TestSetView?> OneAsync(AssayDb db, string id, CancellationToken cancel) => Read(db, db.TestSets.Where(row => row.Id == id)).FirstOrDefaultAsync(cancel);

    /// <summary>Those for every datanet, and those of datanets that the viewer may read.</summary>
    public static IQueryable<TestSetRow> Of(AssayDb db, Viewer viewer)
    {
        var datanets = Readable.Datanets(db, viewer);
        return db.TestSets.Where(row => row.DatanetId == null || datanets.Any(datanet => datanet.Id == row.DatanetId));
    }

    private static IQueryable<TestSetView> Read(AssayDb db, IQueryable<TestSetRow> rows) => rows.AsNoTracking().Select(row => new TestSetView(
        row.Id, row.Name, row.DatanetId, row.Items, row.Runs, row.RegisteredAt, db.Accounts.Where(account => account.Id == row.RegisteredById).Select(account => account.Name).FirstOrDefault(),
        row.RemovedAt, db.Accounts.Where(account => account.Id == row.RemovedById).Select(account => account.Name).FirstOrDefault()));
}
