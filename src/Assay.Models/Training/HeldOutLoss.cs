namespace Assay.Models.Training;

/// <summary>Loss on samples that a run did not see.</summary>
/// <param name="Loss">Mean over all supervised tokens, nats per token.</param>
/// <param name="Tokens">Supervised tokens.</param>
/// <param name="Each">Mean loss per token of each sample, in the order given; NaN for one without supervised tokens.</param>
public sealed record HeldOutLoss(double Loss, long Tokens, IReadOnlyList<double> Each)
{
    /// <summary>Measures a target as it stands; changes nothing.</summary>
    /// <param name="target">What is being trained, or a base alone.</param>
    /// <param name="samples">What was held out; samples without supervised tokens do not count.</param>
    /// <param name="batchSize">Samples at once.</param>
    /// <param name="cancel">Checked between batches.</param>
    public static HeldOutLoss Measure(ITrainingTarget target, IReadOnlyList<TrainingSample> samples, int batchSize, CancellationToken cancel)
    {
        double sum = 0;
        long tokens = 0;
        double[] each = new double[samples.Count];
        Array.Fill(each, double.NaN);
        foreach (int[] chunk in Enumerable.Range(0, samples.Count).Where(index => samples[index].HasSupervised).OrderBy(index => samples[index].Ids.Length).Chunk(batchSize))
        {
            cancel.ThrowIfCancellationRequested();
            double[] losses = target.Losses([.. chunk.Select(index => samples[index])]);
            for (int row = 0; row < chunk.Length; row++)
            {
                sum += losses[row];
                tokens += samples[chunk[row]].Predictions;
                each[chunk[row]] = losses[row] / samples[chunk[row]].Predictions;
            }
        }

        return new HeldOutLoss(tokens == 0 ? 0 : sum / tokens, tokens, each);
    }
}
