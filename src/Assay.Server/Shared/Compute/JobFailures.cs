using Assay.Server.Contributions;
using Assay.Server.Runs;
using Assay.Server.Shared.Jobs;

namespace Assay.Server.Shared.Compute;

/// <summary>What a job's subject becomes when its last attempt died.</summary>
internal sealed class JobFailures(DecideContribution decide, FinishRun finish, ILogger<JobFailures> log)
{
    public async Task GiveUpAsync(JobRow job, CancellationToken cancel)
    {
        ComputeLog.GaveUp(log, job.Id, job.Kind, job.Subject, job.Failure ?? "");
        switch (job.Kind)
        {
            case "validate":
                await decide.UnreadableAsync(job.Subject, job.Failure ?? "the worker ended", cancel);
                break;
            case "train":
                await finish.DiedAsync(job.Subject, job.Failure ?? "the worker ended", cancel);
                break;
            default:
                throw new InvalidOperationException($"Jobs of kind '{job.Kind}' have no owner.");
        }
    }
}
