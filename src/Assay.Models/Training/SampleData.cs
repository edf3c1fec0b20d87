using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Models.Training;

/// <summary>Samples in a fresh order each epoch, or always in the given one, cut into micro-batches.</summary>
public sealed class SampleData : ITrainingData
{
    private readonly IReadOnlyList<TrainingSample> samples;
    private readonly int batchSize;
    private readonly int accumulation;
    private readonly ulong seed;
    private readonly bool shuffle;
    private (long Epoch, int[] Order) current = (-1, []);

    /// <param name="samples">1 or more, each with at least one supervised token.</param>
    /// <param name="batchSize">Samples of a micro-batch, 1 or more.</param>
    /// <param name="accumulation">Micro-batches of a step, as in <see cref="TrainOptions.Accumulation"/>.</param>
    /// <param name="seed">Seed of the orders.</param>
    /// <param name="shuffle">A fresh order each epoch; false keeps the given one.</param>
    /// <exception cref="ArgumentException">There is no sample, or one has nothing to learn.</exception>
    public SampleData(IReadOnlyList<TrainingSample> samples, int batchSize, int accumulation, ulong seed, bool shuffle = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(accumulation, 1);
        int empty = samples.TakeWhile(sample => sample.HasSupervised && sample.Supervised.Length == sample.Ids.Length).Count();
        if (samples.Count == 0 || empty < samples.Count)
        {
            throw new ArgumentException(samples.Count == 0 ? "There is no sample to train on." : $"Sample {empty} has no supervised token behind its first, or a mask of another length.", nameof(samples));
        }

        (this.samples, this.batchSize, this.accumulation, this.seed, this.shuffle) = (samples, batchSize, accumulation, seed, shuffle);
        ContentHash = Hash();
    }

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <summary>Steps that show every sample once, rounded up.</summary>
    public int StepsPerEpoch => (samples.Count + (batchSize * accumulation) - 1) / (batchSize * accumulation);

    /// <inheritdoc/>
    public TrainingBatch Batch(int step, int micro)
    {
        long first = ((((long)step - 1) * accumulation) + micro) * batchSize;
        return new TrainingBatch([.. Enumerable.Range(0, batchSize).Select(row => samples[IndexOf(first + row)])]);
    }

    private int IndexOf(long position)
    {
        if (!shuffle)
        {
            return (int)(position % samples.Count);
        }

        long epoch = position / samples.Count;
        if (current.Epoch != epoch)
        {
            current = (epoch, new CounterRandom(seed, $"epoch {epoch}").Permutation(samples.Count));
        }

        return current.Order[(int)(position % samples.Count)];
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"samples {samples.Count}, batch {batchSize}, accumulation {accumulation}, {(shuffle ? $"seed {seed}" : "in order")}\n")));
        foreach (var sample in samples)
        {
            hash.AppendData(MemoryMarshal.AsBytes(sample.Ids.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Supervised.AsSpan()));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
