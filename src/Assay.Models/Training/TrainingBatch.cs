namespace Assay.Models.Training;

/// <summary>The sequences of one micro-batch.</summary>
/// <param name="Samples">1 or more, each of length 1 or more.</param>
public sealed record TrainingBatch(IReadOnlyList<TrainingSample> Samples)
{
    /// <summary>Marks a position whose prediction does not count.</summary>
    public const long NotTrained = -100;

    /// <summary>S: positions whose prediction counts.</summary>
    public int Supervised { get; } = Samples.Sum(sample => sample.Predictions);

    /// <summary>Tokens of all sequences.</summary>
    public int Tokens { get; } = Samples.Sum(sample => sample.Ids.Length);

    /// <summary>T of the padded rows: the longest sequence.</summary>
    public int Length { get; } = Samples.Max(sample => sample.Ids.Length);

    /// <summary>Token ids padded on the right with 0, [B × T].</summary>
    public long[] PaddedIds()
    {
        long[] ids = new long[Samples.Count * Length];
        for (int row = 0; row < Samples.Count; row++)
        {
            int[] own = Samples[row].Ids;
            for (int place = 0; place < own.Length; place++)
            {
                ids[(row * Length) + place] = own[place];
            }
        }

        return ids;
    }

    /// <summary>The token that each position should predict, or <see cref="NotTrained"/>, [B × T].</summary>
    public long[] PaddedTargets()
    {
        long[] targets = new long[Samples.Count * Length];
        Array.Fill(targets, NotTrained);
        for (int row = 0; row < Samples.Count; row++)
        {
            var sample = Samples[row];
            for (int place = 1; place < sample.Ids.Length; place++)
            {
                if (sample.Supervised[place])
                {
                    targets[(row * Length) + place - 1] = sample.Ids[place];
                }
            }
        }

        return targets;
    }
}
