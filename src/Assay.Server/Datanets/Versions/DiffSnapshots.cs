using Assay.Client.Datanets;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Versions;

/// <summary>GET /api/v1/snapshots/{id}/diff?from=ID: files added and removed since another version of the datanet, by whom and why. Without <c>from</c>: since the version before.</summary>
internal static class DiffSnapshots
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/{id}/diff",
        async Task<Results<Ok<SnapshotDiffView>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel, string? from = null) =>
        {
            var to = await ReadSnapshot.FindAsync(db, user, id, cancel);
            if (to is null)
            {
                return Refusal.NotFound("snapshot", id).ToProblem();
            }

            var earlier = from is null
                ? await db.Snapshots.AsNoTracking().FirstOrDefaultAsync(row => row.DatanetId == to.DatanetId && row.Number == to.Number - 1, cancel)
                : await ReadSnapshot.FindAsync(db, user, from, cancel);
            return earlier is null
                ? (from is null ? Refusal.Conflict("first_version", "This is the first version; there is none before it to compare with.") : Refusal.NotFound("snapshot", from)).ToProblem()
                : earlier.DatanetId != to.DatanetId
                    ? Refusal.Invalid("The two versions belong to two datanets; only versions of one can be compared.").ToProblem()
                    : TypedResults.Ok(await ReadAsync(db, earlier, to, cancel));
        });

    internal static async Task<SnapshotDiffView> ReadAsync(AssayDb db, SnapshotRow from, SnapshotRow to, CancellationToken cancel)
    {
        var diff = SnapshotDiff.Between(from.ReadManifest(), to.ReadManifest());
        var ids = diff.Added.Concat(diff.Removed).Concat(diff.Changed.Select(item => item.Contribution)).Select(item => item.Id).ToHashSet();
        var files = await db.Contributions.AsNoTracking().Where(row => row.DatanetId == to.DatanetId && ids.Contains(row.Id))
            .Select(row => new { row.Id, row.FileName, row.State, row.Removal, Person = db.Accounts.Where(account => account.Id == row.AccountId).Select(account => account.Name).First() })
            .ToDictionaryAsync(row => row.Id, cancel);
        var views = await ReadSnapshot.ListAsync(db, rows => rows.Where(row => row.Id == from.Id || row.Id == to.Id), cancel);
        return new SnapshotDiffView(
            views.First(view => view.Id == from.Id), views.First(view => view.Id == to.Id),
            [.. diff.Added.Select(item => View(item, item.Records.Count, null))],
            [.. diff.Removed.Select(item => View(item, item.Records.Count, Why(files[item.Id].State, files[item.Id].Removal)))],
            [.. diff.Changed.Select(item => View(item.Contribution, item.Records, "some of its records are copies now, or no longer"))],
            diff.SameRecords);

        DiffFileView View(ManifestContribution item, int records, string? why) =>
            new(item.Id, files[item.Id].FileName, item.AccountId, files[item.Id].Person, item.Index, records, why);
    }

    private static string Why(ContributionState state, string? removal) => state switch
    {
        _ when removal == RemoveEntry.Withdraw => "withdrawn by its contributor",
        _ when removal == RemoveEntry.Takedown => "taken down",
        _ when removal == RemoveEntry.Void => "found dishonest",
        ContributionState.Rejected => "rejected by reviewers",
        ContributionState.Review => "in review again",
        _ => "no longer accepted",
    };
}
