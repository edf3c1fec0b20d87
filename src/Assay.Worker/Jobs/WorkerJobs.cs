using Assay.Client.Leases;

namespace Assay.Worker.Jobs;

/// <summary>What a worker can do.</summary>
internal static class WorkerJobs
{
    /// <summary>Every kind of work; adding one is a line here.</summary>
    public static IReadOnlyDictionary<string, Func<LeaseClient, CancellationToken, Task>> All { get; } = new Dictionary<string, Func<LeaseClient, CancellationToken, Task>>
    {
        ["validate"] = ValidateJob.RunAsync,
        ["train"] = TrainJob.RunAsync,
        ["infer"] = InferJob.RunAsync,
        ["export"] = ExportJob.RunAsync,
    };
}
