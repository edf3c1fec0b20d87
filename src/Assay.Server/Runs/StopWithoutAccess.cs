using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Ends what somebody still trains on a datanet after the access to it was revoked.</summary>
internal sealed class StopWithoutAccess(IDbContextFactory<AssayDb> reader, DbWriter writer, FinishRun finish, CancelDeadline deadline)
{
    /// <summary>Cancels the account's runs on versions of the datanet that have not ended.</summary>
    /// <returns>How many those were.</returns>
    public async Task<int> HandleAsync(string accountId, string datanetId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var versions = await db.Snapshots.Where(row => row.DatanetId == datanetId).Select(row => row.Id).ToListAsync(cancel);
        var open = await db.Runs.AsNoTracking().Where(row => row.OwnerId == accountId && row.EndedAt == null).ToListAsync(cancel);
        var stopped = open.FindAll(run => run.SnapshotList.Any(versions.Contains));
        foreach (var run in stopped)
        {
            await CancelRun.StopAsync(run.Id, writer, finish, deadline, cancel);
        }

        return stopped.Count;
    }
}
