using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Removal;

/// <summary>Where a file went: the versions that hold it, and the runs that follow from them.</summary>
internal static class UsedIn
{
    /// <summary>Ids of the versions that hold a contribution, oldest first.</summary>
    public static async Task<List<(string Id, int Number, long EntryId)>> VersionsAsync(AssayDb db, string datanetId, string contributionId, CancellationToken cancel)
    {
        var inManifest = $"\"{contributionId}\"";
        return (await db.Snapshots.Where(row => row.DatanetId == datanetId && row.Manifest.Contains(inManifest)).OrderBy(row => row.Number)
            .Select(row => new { row.Id, row.Number, row.EntryId }).ToListAsync(cancel)).ConvertAll(row => (row.Id, row.Number, row.EntryId));
    }

    /// <summary>Ids of the runs that were trained on one of the versions, or go on from such a run.</summary>
    public static async Task<HashSet<string>> RunsAsync(AssayDb db, IReadOnlyCollection<string> versions, CancellationToken cancel)
    {
        if (versions.Count == 0)
        {
            return [];
        }

        var all = await db.Runs.OrderBy(row => row.EntryId).Select(row => new { row.Id, row.Snapshots, row.StartFrom }).ToListAsync(cancel);
        var found = new HashSet<string>();
        foreach (var run in all) // in the order they were started: a run comes after the one it goes on from
        {
            if (run.Snapshots.Split(',').Any(versions.Contains) || (run.StartFrom is { } from && found.Contains(from)))
            {
                found.Add(run.Id);
            }
        }

        return found;
    }
}
