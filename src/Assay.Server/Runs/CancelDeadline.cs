using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Ends the worker of a cancelled run that is still at a long step when the others would have stopped: cancelling takes five seconds at most.</summary>
internal sealed class CancelDeadline(IDbContextFactory<AssayDb> reader, ComputeHost workers, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>A heartbeat comes every two seconds; a step that takes longer than the rest is not waited for.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Looks at the job again after <see cref="Patience"/>; returns at once.</summary>
    public void Watch(long jobId) => _ = WatchAsync(jobId);

    /// <summary>Name of the worker that still holds a cancelled job; null when the job ended or waits.</summary>
    internal async Task<string?> OverdueAsync(long jobId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.Jobs.Where(row => row.Id == jobId && row.Cancel && row.State == JobState.Running).Select(row => row.Owner).FirstOrDefaultAsync(cancel);
    }

    private async Task WatchAsync(long jobId)
    {
        try
        {
            await Task.Delay(Patience, clock, lifetime.ApplicationStopping);
            if (await OverdueAsync(jobId, lifetime.ApplicationStopping) is { } worker)
            {
                workers.Kill("train", worker);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops, and its workers with it.
        }
    }
}
