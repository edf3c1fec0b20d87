using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class PackedTargetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-packed-").FullName;
    private readonly ReferenceModel model = TinyModel.Create();

    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(LossNormalisation.Token, false)]
    [InlineData(LossNormalisation.Token, true)]
    [InlineData(LossNormalisation.MicroBatch, false)]
    [InlineData(LossNormalisation.MicroBatch, true)]
    public void Packed_steps_equal_reference_steps(LossNormalisation normalisation, bool noise)
    {
        var options = Options(10) with { Normalisation = normalisation, Noise = noise ? new EmbeddingNoise(0.5, 4) : null };
        using var one = TinyModel.Adapter(model.Plan);
        using var reference = new ReferenceTarget(model, one, fusedAttention: false);
        using var other = TinyModel.Adapter(model.Plan);

        double[] expected = Losses(reference, options);
        double[] packed = Packed(other, options, FrozenFormat.Fp32);

        Assert.All(expected.Zip(packed), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(one.Parameters.Zip(other.Parameters), pair => Assert.True((pair.First.Value - pair.Second.Value).abs().max().item<float>() < 1e-4, pair.First.Name));
    }

    [Fact]
    public void Bins_do_not_change_the_work()
    {
        using var one = TinyModel.Adapter(model.Plan);
        using var other = TinyModel.Adapter(model.Plan);

        double[] whole = Packed(one, Options(5), FrozenFormat.Fp32);
        double[] small = Packed(other, Options(5), FrozenFormat.Fp32, binTokens: 16);

        Assert.All(whole.Zip(small), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(FrozenFormat.Fp32, 0.0)]
    [InlineData(FrozenFormat.Bf16, 0.3)]
    public void Ten_steps_equal_five_a_restart_and_five_more(FrozenFormat format, double dropout)
    {
        using var straight = TinyModel.Adapter(model.Plan, dropout: dropout);
        double[] expected = Packed(straight, Options(10), format);

        using var first = TinyModel.Adapter(model.Plan, dropout: dropout);
        double[] begin = Packed(first, Options(10) with { CheckpointFolder = folder }, format, pauseAfter: 5);
        using var second = TinyModel.Adapter(model.Plan, dropout: dropout);
        double[] end = Packed(second, Options(10) with { CheckpointFolder = folder }, format);

        Assert.Equal(expected, begin.Concat(end));
        Assert.All(straight.Parameters.Zip(second.Parameters), pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>(), pair.First.Name));
    }

    [Fact]
    public void A_checkpoint_of_another_path_is_refused()
    {
        using var first = TinyModel.Adapter(model.Plan);
        Packed(first, Options(4) with { CheckpointFolder = folder }, FrozenFormat.Fp32);

        var error = Assert.Throws<InvalidCheckpointException>(() => Packed(first, Options(4) with { CheckpointFolder = folder }, FrozenFormat.Bf16));

        Assert.Contains("packed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_loss_is_that_of_the_reference_path()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        using var weights = FrozenWeights.From(model, FrozenFormat.Fp32, adapter);
        using var packed = new PackedTarget(new DecoderEngine(weights, adapter), binTokens: 32);
        using var reference = new ReferenceTarget(model, adapter, fusedAttention: false);
        var samples = TinyModel.Counting(11);

        var expected = HeldOutLoss.Measure(reference, samples, 4, CancellationToken.None);
        var measured = HeldOutLoss.Measure(packed, samples, 4, CancellationToken.None);

        Assert.Equal(expected.Tokens, measured.Tokens);
        Assert.Equal(expected.Loss, measured.Loss, 1e-5);
        Assert.All(samples.Zip(measured.Each), pair => Assert.Equal(HeldOutLoss.Measure(reference, [pair.First], 1, CancellationToken.None).Loss, pair.Second, 1e-5));
    }

    private static TrainOptions Options(int steps) => new() { Steps = steps, Accumulation = 2, LearningRate = 3e-3, CheckpointEvery = 2 };

    private double[] Packed(LoraAdapter adapter, TrainOptions options, FrozenFormat format, int binTokens = StepPacking.UsualBinTokens, int? pauseAfter = null)
    {
        using var weights = FrozenWeights.From(model, format, adapter);
        using var target = new PackedTarget(new DecoderEngine(weights, adapter), binTokens);
        return Losses(target, options, pauseAfter);
    }

    private static double[] Losses(ITrainingTarget target, TrainOptions options, int? pauseAfter = null)
    {
        using var trainer = new Trainer(target, new SampleData(TinyModel.Counting(24), 3, options.Accumulation, 1), options, TimeProvider.System);
        trainer.Resume();
        var losses = new List<double>();
        trainer.Run(step => losses.Add(step.Loss), new TrainingControl(), pauseAfter);
        return [.. losses];
    }
}
