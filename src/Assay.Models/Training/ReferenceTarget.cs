using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Training by autograd in fp32: an adapter on a frozen base, or every weight of a model.</summary>
/// <remarks>Sets <c>requires_grad</c> on exactly the trained tensors, and off again on <see cref="Dispose"/>. Owns neither model nor adapter.</remarks>
public sealed class ReferenceTarget : ITrainingTarget
{
    private readonly ReferenceModel model;
    private readonly LoraAdapter? adapter;
    private readonly bool fused;

    /// <param name="model">The base.</param>
    /// <param name="adapter">What to train; null trains the base itself.</param>
    /// <param name="fusedAttention">Use libtorch's fused attention.</param>
    public ReferenceTarget(ReferenceModel model, LoraAdapter? adapter, bool fusedAttention)
    {
        (this.model, this.adapter, fused) = (model, adapter, fusedAttention);
        var trained = adapter is null
            ? model.Plan.Weights().Where(weight => weight.Trained).Select(weight => (weight.Name, model.Parameters[weight.Name]))
            : adapter.Parameters;
        Parameters = [.. trained.Select(parameter => new TrainedTensor(parameter.Item1, parameter.Item2, () => parameter.Item2.grad))];
        SetTrainable(true);
    }

    /// <inheritdoc/>
    public string Path => "reference fp32";

    /// <inheritdoc/>
    public IReadOnlyList<TrainedTensor> Parameters { get; }

    /// <inheritdoc/>
    public double Accumulate(TrainingStep step, Func<bool> cancelled)
    {
        double total = 0;
        int sequence = 0;
        for (int micro = 0; micro < step.Batches.Count && !cancelled(); micro++)
        {
            var batch = step.Batches[micro];
            if (batch.Supervised > 0)
            {
                using var scope = NewDisposeScope();
                var loss = SumLoss(batch, step.DropoutKey(micro), Noise(step, batch, sequence)) * step.Factor(micro);
                loss.backward();
                total += loss.item<float>();
            }

            sequence += batch.Samples.Count;
        }

        return total;
    }

    /// <inheritdoc/>
    public void ClearGradients()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.grad = null;
        }
    }

    /// <inheritdoc/>
    public void ParametersChanged()
    {
        // The forward reads the trained tensors themselves.
    }

    /// <inheritdoc/>
    public double SumLoss(IReadOnlyList<TrainingSample> samples)
    {
        using var off = no_grad();
        using var loss = SumLoss(new TrainingBatch(samples), null);
        return loss.item<float>();
    }

    /// <summary>Summed loss of a batch's supervised tokens in nats, as a tensor that can be differentiated.</summary>
    /// <param name="batch">Rows with at least one supervised token.</param>
    /// <param name="dropoutStep">Number that keys the dropout masks; null for evaluation.</param>
    /// <param name="noise">[B, T, D] added to the embeddings, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public Tensor SumLoss(TrainingBatch batch, long? dropoutStep, Tensor? noise = null) =>
        BatchLoss.Sum(model, batch, new ForwardOptions { Adapter = adapter, DropoutStep = dropoutStep, FusedAttention = fused, EmbeddingNoise = noise });

    public void Dispose() => SetTrainable(false);

    private Tensor? Noise(TrainingStep step, TrainingBatch batch, int firstSequence)
    {
        if (step.Noise is not { } noise)
        {
            return null;
        }

        int width = model.Plan.Hidden;
        float[] values = new float[batch.Samples.Count * batch.Length * width];
        for (int row = 0; row < batch.Samples.Count; row++)
        {
            noise.Fill(step.Number, firstSequence + row, width, values.AsSpan(row * batch.Length * width, batch.Samples[row].Ids.Length * width));
        }

        return tensor(values, batch.Samples.Count, batch.Length, width);
    }

    private void SetTrainable(bool trainable)
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.grad = null;
            parameter.Value.requires_grad = trainable;
        }
    }
}
