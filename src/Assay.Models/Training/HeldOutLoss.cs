namespace Assay.Models.Training;

/// <summary>Loss on samples that a run did not see.</summary>
/// <param name="Loss">Mean over all supervised tokens, nats per token.</param>
/// <param name="Tokens">Supervised tokens.</param>
public sealed record HeldOutLoss(double Loss, long Tokens)
{
    /// <summary>Measures a target as it stands; changes nothing.</summary>
    /// <param name="target">What is being trained, or a base alone.</param>
    /// <param name="samples">What was held out; samples without supervised tokens do not count.</param>
    /// <param name="batchSize">Samples at once.</param>
    /// <param name="cancel">Checked between batches.</param>
    public static HeldOutLoss Measure(ITrainingTarget target, IEnumerable<TrainingSample> samples, int batchSize, CancellationToken cancel)
    {
        double sum = 0;
        long tokens = 0;
        foreach (var chunk in samples.Where(sample => sample.HasSupervised).OrderBy(sample => sample.Ids.Length).Chunk(batchSize))
        {
            cancel.ThrowIfCancellationRequested();
            sum += target.SumLoss(chunk);
            tokens += chunk.Sum(sample => sample.Predictions);
        }

        return new HeldOutLoss(tokens == 0 ? 0 : sum / tokens, tokens);
    }
}
