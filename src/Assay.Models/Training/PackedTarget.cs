using Assay.Models.Engine;

namespace Assay.Models.Training;

/// <summary>Training by the packed path: all sequences of a step in a few bins, explicit forward and backward.</summary>
/// <param name="engine">The base with the adapter that is trained; disposed with the target.</param>
/// <param name="binTokens">Wanted tokens of a bin, see <see cref="StepPacking"/>.</param>
/// <param name="owned">Weights to dispose after the engine, or null when they are the caller's.</param>
public sealed class PackedTarget(DecoderEngine engine, int binTokens = StepPacking.UsualBinTokens, FrozenWeights? owned = null) : ITrainingTarget
{
    /// <summary>More bins than any step has: keys of dropout masks must differ between steps.</summary>
    private const long BinsPerStep = 1 << 20;

    /// <inheritdoc/>
    public string Path => $"packed {engine.Format.ToString().ToLowerInvariant()}, bins of {binTokens}";

    /// <inheritdoc/>
    public IReadOnlyList<TrainedTensor> Parameters { get; } =
        [.. engine.Parameters.Select(parameter => new TrainedTensor(parameter.Name, parameter.Value, () => parameter.Gradient.alias()))];

    /// <inheritdoc/>
    public double Accumulate(TrainingStep step, Func<bool> cancelled)
    {
        double total = 0;
        long key = step.Number * BinsPerStep;
        int first = 0;
        foreach (var (samples, factor) in Parts(step))
        {
            foreach (var bin in StepPacking.Bins([.. samples.Select(sample => sample.Ids.Length)], binTokens))
            {
                if (cancelled())
                {
                    return total;
                }

                var tokens = Pack(bin.Select(index => samples[index]));
                total += factor * engine.Accumulate(tokens, factor, key++, Noise(step, tokens, bin, first));
            }

            first += samples.Count;
        }

        return total;
    }

    /// <inheritdoc/>
    public void ClearGradients() => engine.ZeroGradients();

    /// <inheritdoc/>
    public void ParametersChanged() => engine.ParametersChanged();

    /// <inheritdoc/>
    public double[] Losses(IReadOnlyList<TrainingSample> samples)
    {
        double[] sums = new double[samples.Count];
        foreach (var bin in StepPacking.Bins([.. samples.Select(sample => sample.Ids.Length)], binTokens))
        {
            var tokens = engine.Losses(Pack(bin.Select(index => samples[index]))).AsSpan();
            foreach (int index in bin)
            {
                foreach (double loss in tokens[..samples[index].Predictions])
                {
                    sums[index] += loss;
                }

                tokens = tokens[samples[index].Predictions..];
            }
        }

        return sums;
    }

    public void Dispose()
    {
        engine.Dispose();
        owned?.Dispose();
    }

    /// <summary>Sequences laid end to end, with the targets of their masks.</summary>
    public static PackedTokens Pack(IEnumerable<TrainingSample> samples) => PackedTokens.Of([.. samples.Select(sample => (sample.Ids, Targets(sample)))]);

    /// <summary>Sequences that share a factor: the whole step, or each micro-batch when each is averaged by itself.</summary>
    private static IEnumerable<(List<TrainingSample> Samples, double Factor)> Parts(TrainingStep step) =>
        step.Normalisation is LossNormalisation.Token
            ? [(step.Batches.SelectMany(batch => batch.Samples).ToList(), step.Factor(0))]
            : step.Batches.Select((batch, micro) => (batch.Samples.ToList(), batch.Supervised == 0 ? 0 : step.Factor(micro)));

    private static int[] Targets(TrainingSample sample)
    {
        int[] targets = new int[sample.Ids.Length];
        Array.Fill(targets, PackedTokens.NotTrained);
        for (int place = 1; place < targets.Length; place++)
        {
            if (sample.Supervised[place])
            {
                targets[place - 1] = sample.Ids[place];
            }
        }

        return targets;
    }

    private float[]? Noise(TrainingStep step, PackedTokens tokens, IReadOnlyList<int> bin, int first)
    {
        if (step.Noise is not { } noise)
        {
            return null;
        }

        int width = engine.Plan.Hidden;
        float[] values = new float[tokens.Count * width];
        int row = 0;
        for (int segment = 0; segment < bin.Count; segment++)
        {
            noise.Fill(step.Number, first + bin[segment], width, values.AsSpan(row * width, tokens.Segments[segment] * width));
            row += tokens.Segments[segment];
        }

        return values;
    }
}
