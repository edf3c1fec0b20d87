namespace Assay.Models.Training;

/// <summary>Requests to a running training loop, read before each step. Safe to call from any thread.</summary>
public sealed class TrainingControl
{
    private volatile bool pause;
    private volatile bool cancel;

    /// <summary>Whether the run should write a checkpoint and stop.</summary>
    public bool PauseRequested => pause;

    /// <summary>Whether the run should stop at once.</summary>
    public bool CancelRequested => cancel;

    /// <summary>Stops after the current step with a checkpoint; the adapter is usable and the run can be resumed.</summary>
    public void Pause() => pause = true;

    /// <summary>Stops after the current step; what it did since the last checkpoint is dropped.</summary>
    public void Cancel() => cancel = true;
}
