using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Loss on samples that a run did not see.</summary>
/// <param name="Loss">Mean over all supervised tokens, nats per token.</param>
/// <param name="Tokens">Supervised tokens.</param>
public sealed record HeldOutLoss(double Loss, long Tokens)
{
    /// <summary>Measures a base with or without an adapter; changes neither.</summary>
    /// <param name="model">The base.</param>
    /// <param name="adapter">Adapter to apply, or null for the base alone.</param>
    /// <param name="samples">What was held out; samples without supervised tokens do not count.</param>
    /// <param name="batchSize">Samples at once.</param>
    /// <param name="cancel">Checked between batches.</param>
    public static HeldOutLoss Measure(ReferenceModel model, LoraAdapter? adapter, IEnumerable<TrainingSample> samples, int batchSize, CancellationToken cancel)
    {
        using var off = no_grad();
        double sum = 0;
        long tokens = 0;
        foreach (var chunk in samples.OrderBy(sample => sample.Ids.Length).Chunk(batchSize))
        {
            cancel.ThrowIfCancellationRequested();
            var batch = TrainingBatch.Of(chunk);
            if (batch.Supervised > 0)
            {
                using var loss = BatchLoss.Sum(model, batch, new ForwardOptions { Adapter = adapter, FusedAttention = true });
                sum += loss.item<float>();
                tokens += batch.Supervised;
            }
        }

        return new HeldOutLoss(tokens == 0 ? 0 : sum / tokens, tokens);
    }
}
