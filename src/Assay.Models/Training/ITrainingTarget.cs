namespace Assay.Models.Training;

/// <summary>What a run changes, and how its gradients come about: by autograd on the reference path, or by the packed path.</summary>
public interface ITrainingTarget : IDisposable
{
    /// <summary>Which path and number format compute the gradients; part of a run's record and of its checkpoint's identity.</summary>
    string Path { get; }

    /// <summary>The trained tensors by name, in a fixed order.</summary>
    IReadOnlyList<TrainedTensor> Parameters { get; }

    /// <summary>Adds the gradients of one optimiser step to those already there.</summary>
    /// <param name="step">Batches with their normalisation.</param>
    /// <param name="cancelled">Asked between parts of the step; true ends it early, and the gradients are then of no use.</param>
    /// <returns>The step's loss, normalised, in nats.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    double Accumulate(TrainingStep step, Func<bool> cancelled);

    /// <summary>Drops all gradients.</summary>
    void ClearGradients();

    /// <summary>Must be called after the tensors of <see cref="Parameters"/> were changed: copies in other formats follow.</summary>
    void ParametersChanged();

    /// <summary>Loss of each sample in nats, summed over its supervised tokens, without gradients, dropout or noise.</summary>
    /// <param name="samples">Each with at least one supervised token.</param>
    double[] Losses(IReadOnlyList<TrainingSample> samples);
}
