namespace Assay.Models.Training;

/// <summary>State in which a training loop returned.</summary>
public enum TrainingStatus
{
    /// <summary>All steps are done.</summary>
    Succeeded,

    /// <summary>Stopped on request after a checkpoint.</summary>
    Paused,

    /// <summary>Stopped on request without a checkpoint.</summary>
    Cancelled,

    /// <summary>Stopped because the numbers stayed bad; the weights are those of the last good checkpoint.</summary>
    Failed,
}
