using Assay.Client.Runs;
using Assay.Server.Runs;

namespace Assay.Server.Tests.Runs;

public sealed class RunRulesTests
{
    private static readonly RunSettings Good = new() { LearningRate = 1e-3 };

    public static TheoryData<string, RunSettings> OutOfRange => new()
    {
        { "learning_rate", Good with { LearningRate = 1e-8 } },
        { "learning_rate", Good with { LearningRate = 0.2 } },
        { "learning_rate", Good with { LearningRate = double.NaN } },
        { "rank", Good with { Rank = 0 } },
        { "rank", Good with { Rank = 257 } },
        { "alpha", Good with { Alpha = 0 } },
        { "alpha", Good with { Alpha = double.NaN } },
        { "dropout", Good with { Dropout = 0.6 } },
        { "epochs", Good with { Epochs = 0 } },
        { "epochs", Good with { Epochs = double.PositiveInfinity } },
        { "max_steps", Good with { MaxSteps = 0 } },
        { "batch_size", Good with { BatchSize = 513 } },
        { "gradient_accumulation", Good with { GradientAccumulation = 0 } },
        { "schedule", Good with { Schedule = "sawtooth" } },
        { "warm_up", Good with { WarmUp = -0.1 } },
        { "weight_decay", Good with { WeightDecay = 2 } },
        { "max_gradient_norm", Good with { MaxGradientNorm = -1 } },
        { "hold_out", Good with { HoldOut = 0.51 } },
        { "evaluate_every", Good with { EvaluateEvery = 0 } },
        { "checkpoint_every", Good with { CheckpointEvery = 0 } },
        { "seed", Good with { Seed = -1 } },
        { "target_modules", Good with { TargetModules = "" } },
        { "cut_off", Good with { CutOff = 63 } },
        { "cut_off", Good with { CutOff = 1025 } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Each_setting_out_of_its_range_is_named(string name, RunSettings settings) =>
        Assert.StartsWith(name, RunRules.Refuse(settings, 1024), StringComparison.Ordinal);

    [Theory]
    [InlineData("rank", 8, 32, 0, "all-linear")]
    [InlineData("alpha", 16, 64, 0, "all-linear")]
    [InlineData("dropout", 16, 32, 0.1, "all-linear")]
    [InlineData("target_modules", 16, 32, 0, "q_proj")]
    [InlineData(null, 16, 32, 0, " all-linear ")]
    public void An_adapter_keeps_its_shape_when_it_is_trained_further(string? named, int rank, double alpha, double dropout, string modules)
    {
        var settings = Good with { Rank = rank, Alpha = alpha, Dropout = dropout, TargetModules = modules };

        var why = RunRules.RefuseFurther(settings, new RunSettings { Epochs = 7 });

        Assert.Equal(named, why?[..why.IndexOf(' ', StringComparison.Ordinal)]);
        Assert.Null(RunRules.RefuseFurther(RunRules.Further(settings, new RunSettings()), new RunSettings()));
    }

    [Fact]
    public void Defaults_are_legal_and_depend_on_rank_size_and_context()
    {
        var small = RunRules.Complete(new RunSettings(), parameters: 4_000_000, context: 256);
        var large = RunRules.Complete(new RunSettings { Rank = 64 }, parameters: 7_000_000_000, context: 4096);

        Assert.Null(RunRules.Refuse(small, 256));
        Assert.Null(RunRules.Refuse(large, 4096));
        Assert.Equal((2e-3, 256), (small.LearningRate, small.CutOff));
        Assert.Equal((1e-4, 512), (large.LearningRate, large.CutOff));
    }
}
