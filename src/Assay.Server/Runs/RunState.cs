namespace Assay.Server.Runs;

internal enum RunState
{
    Queued,
    Preparing,
    Running,

    /// <summary>It was asked to pause or to stop and has not done so yet.</summary>
    Stopping,

    /// <summary>Its worker ended after a checkpoint; it can go on exactly there.</summary>
    Paused,
    Succeeded,

    /// <summary>Ended by its owner before its last step, with a usable adapter.</summary>
    Stopped,
    Failed,
    Cancelled,
}
