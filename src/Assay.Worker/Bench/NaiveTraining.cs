using Assay.Models.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Assay.Worker.Bench;

/// <summary>Trains a <see cref="NaiveModel"/> step by step: padded rows, additive mask, full logits, torch's AdamW and clipping.</summary>
internal sealed class NaiveTraining : IDisposable
{
    private readonly NaiveModel model;
    private readonly ScalarType type;
    private readonly optim.Optimizer optimiser;

    /// <param name="model">What is trained.</param>
    /// <param name="type">Its compute type, for the mask.</param>
    /// <param name="learningRate">Constant.</param>
    public NaiveTraining(NaiveModel model, ScalarType type, double learningRate)
    {
        (this.model, this.type) = (model, type);
        optimiser = optim.AdamW(model.Parameters, learningRate, weight_decay: 0);
    }

    /// <summary>One optimiser step.</summary>
    /// <param name="batch">The step's sequences.</param>
    /// <param name="clipNorm">Gradients are scaled down to this norm.</param>
    /// <returns>Mean loss of the supervised tokens before the step, nats.</returns>
    public double Step(TrainingBatch batch, double clipNorm)
    {
        using var scope = NewDisposeScope();
        var loss = F.cross_entropy(Logits(batch), tensor(batch.PaddedTargets()), ignore_index: TrainingBatch.NotTrained);
        loss.backward();
        nn.utils.clip_grad_norm_(model.Parameters, clipNorm);
        optimiser.step();
        optimiser.zero_grad();
        return loss.item<float>();
    }

    /// <summary>Loss of every supervised token of a batch, row by row, nats; changes nothing.</summary>
    public double[] TokenLosses(TrainingBatch batch)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        long[] targets = batch.PaddedTargets();
        float[] losses = F.cross_entropy(Logits(batch), tensor(targets), ignore_index: TrainingBatch.NotTrained, reduction: nn.Reduction.None).data<float>().ToArray();
        return [.. losses.Where((_, place) => targets[place] != TrainingBatch.NotTrained).Select(loss => (double)loss)];
    }

    public void Dispose() => optimiser.Dispose();

    private Tensor Logits(TrainingBatch batch)
    {
        int rows = batch.Samples.Count;
        var ids = tensor(batch.PaddedIds(), rows, batch.Length);
        bool padded = batch.Samples.Any(sample => sample.Ids.Length != batch.Length);
        var logits = model.Logits(ids, padded ? Mask(batch) : null); // [B, T, V]
        return logits.view(rows * batch.Length, -1).to(ScalarType.Float32);
    }

    private Tensor Mask(TrainingBatch batch)
    {
        float[] hidden = new float[batch.Samples.Count * batch.Length];
        for (int row = 0; row < batch.Samples.Count; row++)
        {
            hidden.AsSpan((row * batch.Length) + batch.Samples[row].Ids.Length, batch.Length - batch.Samples[row].Ids.Length).Fill(float.NegativeInfinity);
        }

        var causal = full([batch.Length, batch.Length], float.NegativeInfinity).triu(1);
        return (causal.view(1, 1, batch.Length, batch.Length) + tensor(hidden, batch.Samples.Count, 1, 1, batch.Length)).to(type);
    }
}
