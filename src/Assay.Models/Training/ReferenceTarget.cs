using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Training by autograd in fp32: an adapter on a frozen base, or every weight of a model.</summary>
/// <remarks>
/// Sets <c>requires_grad</c> on exactly the trained tensors, and off again on <see cref="Dispose"/>. Owns neither model nor adapter.
/// On another device it computes with copies there; the tensors that the optimiser changes stay in this machine's memory.
/// </remarks>
public sealed class ReferenceTarget : ITrainingTarget
{
    private readonly ReferenceModel model;
    private readonly LoraAdapter? adapter;
    private readonly bool fused;
    private readonly List<(Tensor Master, Tensor Computed)> trained;
    private readonly List<IDisposable> copies = [];

    /// <param name="model">The base.</param>
    /// <param name="adapter">What to train; null trains the base itself.</param>
    /// <param name="fusedAttention">Use libtorch's fused attention.</param>
    /// <param name="device">Device to compute on with copies; null computes in place.</param>
    public ReferenceTarget(ReferenceModel model, LoraAdapter? adapter, bool fusedAttention, Device? device = null)
    {
        (this.model, this.adapter, fused) = (model, adapter, fusedAttention);
        Path = device is null ? "reference fp32" : $"reference fp32 on {device}";
        var masters = Trained(model, adapter);
        if (device is not null)
        {
            copies.Add(this.model = model.CopyTo(device));
            if (adapter is not null)
            {
                copies.Add(this.adapter = adapter.CopyTo(model.Plan, device));
            }
        }

        trained = [.. masters.Zip(Trained(this.model, this.adapter), (master, computed) => (master.Value, computed.Value))];
        Parameters = [.. masters.Zip(trained, (master, pair) => new TrainedTensor(master.Name, master.Value, () => pair.Computed.grad))];
        SetTrainable(true);
    }

    /// <inheritdoc/>
    public string Path { get; }

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
        foreach (var (_, computed) in trained)
        {
            computed.grad = null;
        }
    }

    /// <inheritdoc/>
    public void ParametersChanged()
    {
        if (copies.Count > 0)
        {
            using var off = no_grad();
            trained.ForEach(pair => pair.Computed.copy_(pair.Master));
        }
    }

    /// <inheritdoc/>
    public double[] Losses(IReadOnlyList<TrainingSample> samples)
    {
        using var off = no_grad();
        return [.. samples.Select(sample =>
        {
            using var loss = SumLoss(new TrainingBatch([sample]), null);
            return (double)loss.item<float>();
        })];
    }

    /// <summary>Summed loss of a batch's supervised tokens in nats, as a tensor that can be differentiated.</summary>
    /// <param name="batch">Rows with at least one supervised token.</param>
    /// <param name="dropoutStep">Number that keys the dropout masks; null for evaluation.</param>
    /// <param name="noise">[B, T, D] added to the embeddings, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public Tensor SumLoss(TrainingBatch batch, long? dropoutStep, Tensor? noise = null) =>
        BatchLoss.Sum(model, batch, new ForwardOptions { Adapter = adapter, DropoutStep = dropoutStep, FusedAttention = fused, EmbeddingNoise = noise });

    public void Dispose()
    {
        SetTrainable(false);
        copies.ForEach(copy => copy.Dispose());
    }

    private static List<(string Name, Tensor Value)> Trained(ReferenceModel model, LoraAdapter? adapter) => adapter is null
        ? [.. model.Plan.Weights().Where(weight => weight.Trained).Select(weight => (weight.Name, model.Parameters[weight.Name]))]
        : [.. adapter.Parameters];

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

        return tensor(values, [batch.Samples.Count, batch.Length, width], device: model.Device);
    }

    private void SetTrainable(bool trainable)
    {
        foreach (var (_, computed) in trained)
        {
            computed.grad = null;
            computed.requires_grad = trainable;
        }
    }
}
