using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Training;

namespace Assay.Worker.Bench;

/// <summary>The packed path with its weights, adapter and optimiser, trained step by step.</summary>
internal sealed class PackedTraining : IDisposable
{
    private readonly FrozenWeights weights;
    private readonly LoraAdapter adapter;
    private readonly PackedTarget target;
    private readonly AdamW optimiser;
    private readonly DecoderEngine engine;
    private int number;

    /// <param name="options">Shape and settings.</param>
    /// <param name="format">How the base is kept.</param>
    /// <param name="weightSeed">Of the random base.</param>
    /// <param name="adapter">Fresh; this object's from here on.</param>
    public PackedTraining(TrainBenchOptions options, FrozenFormat format, long weightSeed, LoraAdapter adapter)
    {
        this.adapter = adapter;
        weights = FrozenWeights.Random(options.Shape.Plan, weightSeed, format, adapter);
        engine = new DecoderEngine(weights, adapter);
        target = new PackedTarget(engine, options.BinTokens);
        optimiser = new AdamW(target.Parameters, new TrainOptions { Steps = 1, LearningRate = TrainBenchOptions.LearningRate });
    }

    /// <summary>How the base is kept.</summary>
    public FrozenFormat Format => weights.Format;

    /// <summary>Loss of every supervised token of a batch, row by row, nats; changes nothing.</summary>
    public double[] TokenLosses(TrainingBatch batch) => engine.Losses(PackedTarget.Pack(batch.Samples));

    /// <summary>One optimiser step.</summary>
    /// <param name="batch">The step's sequences.</param>
    /// <returns>Mean loss of the supervised tokens before the step, nats.</returns>
    public double Step(TrainingBatch batch)
    {
        number++;
        double loss = target.Accumulate(new TrainingStep(number, [batch], LossNormalisation.Token), () => false);
        double factor = Math.Min(1, TrainBenchOptions.ClipNorm / (optimiser.GradientNorm() + 1e-6));
        optimiser.Step(number, TrainBenchOptions.LearningRate, factor);
        target.ParametersChanged();
        target.ClearGradients();
        return loss;
    }

    public void Dispose()
    {
        optimiser.Dispose();
        target.Dispose();
        weights.Dispose();
        adapter.Dispose();
    }
}
