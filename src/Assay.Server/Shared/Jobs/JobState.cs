namespace Assay.Server.Shared.Jobs;

internal enum JobState
{
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}
