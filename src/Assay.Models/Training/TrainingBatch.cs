namespace Assay.Models.Training;

/// <summary>Rows of one micro-batch, padded on the right to the same length.</summary>
/// <param name="Rows">B.</param>
/// <param name="Length">T.</param>
/// <param name="Ids">[B × T] token ids; padding may be any valid id.</param>
/// <param name="Targets">[B × T]: the token that each position should predict, or <see cref="NotTrained"/>.</param>
public sealed record TrainingBatch(int Rows, int Length, long[] Ids, long[] Targets)
{
    /// <summary>Marks a position whose prediction does not count.</summary>
    public const long NotTrained = -100;

    /// <summary>S: positions whose prediction counts.</summary>
    public int Supervised { get; } = Targets.Count(target => target != NotTrained);

    /// <summary>Tokens without padding.</summary>
    public int Tokens { get; private init; } = Rows * Length;

    /// <summary>Makes a batch of whole sequences.</summary>
    /// <param name="samples">1 or more, of length 1 or more.</param>
    public static TrainingBatch Of(IReadOnlyList<TrainingSample> samples)
    {
        int length = samples.Max(sample => sample.Ids.Length);
        long[] ids = new long[samples.Count * length];
        long[] targets = new long[samples.Count * length];
        Array.Fill(targets, NotTrained);
        for (int row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            for (int position = 0; position < sample.Ids.Length; position++)
            {
                ids[(row * length) + position] = sample.Ids[position];
                if (position > 0 && sample.Supervised[position])
                {
                    targets[(row * length) + position - 1] = sample.Ids[position];
                }
            }
        }

        return new TrainingBatch(samples.Count, length, ids, targets) { Tokens = samples.Sum(sample => sample.Ids.Length) };
    }
}
