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
    /// <param name="batch">Rows.</param>
    /// <param name="dropoutStep">Step that keys the dropout masks; null for evaluation.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public Tensor SumLoss(TrainingBatch batch, long? dropoutStep)
    {
        CheckIds(batch);
        using var scope = NewDisposeScope();
        var options = new ForwardOptions { Adapter = adapter, DropoutStep = dropoutStep, FusedAttention = fused };
        var hidden = model.Hidden(tensor(batch.Ids, batch.Rows, batch.Length), options).view(-1, model.Plan.Hidden); // [B·T, D]
        var targets = batch.Targets;
        if (batch.Supervised < targets.Length)
        {
            // Logits only where a prediction counts: on instruction data that is about half of the rows.
            long[] rows = [.. Enumerable.Range(0, targets.Length).Where(row => targets[row] != TrainingBatch.NotTrained).Select(row => (long)row)];
            hidden = hidden.index_select(0, tensor(rows));
            targets = [.. rows.Select(row => targets[row])];
        }

        var logits = model.Logits(hidden); // [S, V]
        return nn.functional.cross_entropy(logits, tensor(targets), reduction: nn.Reduction.Sum).MoveToOuterDisposeScope();
    }

    public void Dispose() => SetTrainable(false);

    private void CheckIds(TrainingBatch batch)
    {
        long worst = batch.Ids.FirstOrDefault(id => id < 0 || id >= model.Plan.Vocab, -1);
        if (worst != -1 || batch.Ids.Contains(-1))
        {
            throw new ArgumentOutOfRangeException(nameof(batch), worst, $"Token ids must be from 0 to {model.Plan.Vocab - 1}.");
        }
    }

    private void SetTrainable(bool trainable)
    {
        foreach (var (_, value) in Parameters)
        {
            value.grad?.Dispose();
            value.grad = null;
            value.requires_grad = trainable;
        }
    }
}
