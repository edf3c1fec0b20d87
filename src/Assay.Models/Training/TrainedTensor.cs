using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>A tensor that a run changes.</summary>
/// <param name="Name">Unique within the run; for adapters, PEFT's key without the <c>base_model.model.</c> prefix.</param>
/// <param name="Value">fp32, changed in place.</param>
/// <param name="Gradient">A handle on the present gradient, fp32 and of the value's shape, or null when there is none; the caller disposes it.</param>
public sealed record TrainedTensor(string Name, Tensor Value, Func<Tensor?> Gradient);
