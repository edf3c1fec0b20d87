namespace Assay.Models.Training;

/// <summary>What the loss of an optimiser step is averaged over.</summary>
public enum LossNormalisation
{
    /// <summary>All supervised tokens of the step count alike.</summary>
    Token,

    /// <summary>The mean of the micro-batches' means, as trainers that accumulate gradients usually do it.</summary>
    MicroBatch,
}
