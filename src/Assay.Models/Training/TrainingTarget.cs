using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>What a run changes: an adapter on a frozen base, or every weight of a model.</summary>
/// <remarks>Sets <c>requires_grad</c> on exactly the trained tensors, and off again on <see cref="Dispose"/>. Owns neither model nor adapter.</remarks>
public sealed class TrainingTarget : IDisposable
{
    private readonly ReferenceModel model;
    private readonly LoraAdapter? adapter;
    private readonly bool fused;

    /// <param name="model">The base.</param>
    /// <param name="adapter">What to train; null trains the base itself.</param>
    /// <param name="fusedAttention">Use libtorch's fused attention.</param>
    public TrainingTarget(ReferenceModel model, LoraAdapter? adapter, bool fusedAttention)
    {
        (this.model, this.adapter, fused) = (model, adapter, fusedAttention);
        Parameters = adapter is null ? [.. model.Parameters.Select(parameter => (parameter.Key, parameter.Value))] : [.. adapter.Parameters];
        SetTrainable(true);
    }

    /// <summary>The trained tensors by name, in a fixed order.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>Summed loss of a batch's supervised tokens in nats, as a tensor that can be differentiated.</summary>
    /// <param name="batch">Rows with at least one supervised token.</param>
    /// <param name="dropoutStep">Number that keys the dropout masks; null for evaluation.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public Tensor SumLoss(TrainingBatch batch, long? dropoutStep) =>
        BatchLoss.Sum(model, batch, new ForwardOptions { Adapter = adapter, DropoutStep = dropoutStep, FusedAttention = fused });

    public void Dispose() => SetTrainable(false);

    private void SetTrainable(bool trainable)
    {
        foreach (var (_, value) in Parameters)
        {
            value.grad = null;
            value.requires_grad = trainable;
        }
    }
}
