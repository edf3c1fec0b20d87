using Assay.Server.Contributions;
using Assay.Server.Exports;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Compute;

/// <summary>Ends the files, runs and exports whose job ended without them: its last attempt died, it was cancelled, or the server was killed between the two.</summary>
internal sealed class JobFailures(DecideContribution decide, FinishRun finish, FinishExport exports, IDbContextFactory<AssayDb> reader, ILogger<JobFailures> log)
{
    private const string Unknown = "the worker ended";

    /// <summary>Looks for such jobs. What cannot be ended now (the ledger stands still) is found again at the next look.</summary>
    public async Task EndStrandedAsync(CancellationToken cancel)
    {
        List<JobRow> stranded;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            stranded = await db.Jobs.AsNoTracking().Where(job => (job.State == JobState.Failed || job.State == JobState.Cancelled)
                && (db.Contributions.Any(row => row.Id == job.Subject && row.DecidedAt == null && row.Removal == null) || db.Runs.Any(row => row.Id == job.Subject && row.EndedAt == null) || db.Exports.Any(row => row.Id == job.Subject && row.EndedAt == null)))
                .OrderBy(job => job.Id).Take(100).ToListAsync(cancel);
        }

        foreach (var job in stranded)
        {
            ComputeLog.GaveUp(log, job.Id, job.Kind, job.Subject, job.Failure ?? "");
            await (job switch
            {
                { Kind: "validate" } => decide.UnreadableAsync(job.Subject, job.Failure ?? Unknown, cancel),
                { Kind: "train", State: JobState.Cancelled } => finish.CancelledAsync(job.Subject, cancel),
                { Kind: "train" } => finish.DiedAsync(job.Subject, job.Failure ?? Unknown, cancel),
                { Kind: "export" } => exports.DiedAsync(job.Subject, job.Failure ?? Unknown, cancel),
                _ => throw new InvalidOperationException($"Jobs of kind '{job.Kind}' have no owner."),
            });
        }
    }
}
