namespace Assay.Server.Shared.Compute;

internal static partial class ComputeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Kind} started as process {ProcessId}, memory limit {MemoryMiB} MiB")]
    public static partial void Started(ILogger log, string kind, int processId, int memoryMiB);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Kind} ended with code {Code} {Output}")]
    public static partial void Ended(ILogger log, string kind, int code, string output);

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker program '{Path}' is missing: files are not validated, runs do not start. Build it with ./assay or set Compute:WorkerPath.")]
    public static partial void NoWorker(ILogger log, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the workers failed; the next look tries again")]
    public static partial void LookFailed(ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({Kind} of {Subject}) failed for good: {Reason}")]
    public static partial void GaveUp(ILogger log, long jobId, string kind, string subject, string reason);
}
