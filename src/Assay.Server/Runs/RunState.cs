namespace Assay.Server.Runs;

internal enum RunState
{
    Queued,
    Preparing,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}
