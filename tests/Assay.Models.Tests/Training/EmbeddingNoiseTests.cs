using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class EmbeddingNoiseTests
{
    [Fact]
    public void Noise_is_uniform_between_its_bounds_and_keyed_by_step_and_sequence()
    {
        var noise = new EmbeddingNoise(5, 3);
        float[] first = new float[200 * 24], again = new float[200 * 24], other = new float[200 * 24];
        noise.Fill(1, 0, 24, first);
        noise.Fill(1, 0, 24, again);
        noise.Fill(1, 1, 24, other);

        float bound = (float)(5 / Math.Sqrt(200 * 24));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.All(first, value => Assert.InRange(value, -bound, bound));
        Assert.True(first.Max() > 0.95 * bound && first.Min() < -0.95 * bound && Math.Abs(first.Average()) < 0.05 * bound);
    }

    [Fact]
    public void Training_with_noise_learns_differs_from_training_without_and_repeats_exactly()
    {
        double[] without = Losses(null), with = Losses(new EmbeddingNoise(0.1, 1)), repeated = Losses(new EmbeddingNoise(0.1, 1)), seeded = Losses(new EmbeddingNoise(0.1, 2));

        Assert.Equal(with, repeated);
        Assert.NotEqual(with, without);
        Assert.NotEqual(with, seeded);
        Assert.True(with[^1] < with[0] - 0.1, $"{with[0]} → {with[^1]}");
    }

    private static double[] Losses(EmbeddingNoise? noise)
    {
        using var model = TinyModel.Create();
        using var adapter = TinyModel.Adapter(model.Plan);
        using var target = new ReferenceTarget(model, adapter, fusedAttention: true);
        using var trainer = new Trainer(
            target,
            new SampleData(TinyModel.Counting(16), 4, 1, 1),
            new TrainOptions { Steps = 30, LearningRate = 5e-3, Noise = noise },
            TimeProvider.System);
        var losses = new List<double>();
        trainer.Run(step => losses.Add(step.Loss), new TrainingControl());
        return [.. losses];
    }
}
