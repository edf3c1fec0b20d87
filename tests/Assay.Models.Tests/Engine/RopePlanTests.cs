using Assay.Models.Engine.Plans;

namespace Assay.Models.Tests.Engine;

public sealed class RopePlanTests
{
    private static readonly RopePlan Plain = new(RopeKind.Plain, 8, 10_000, 64, 1, 1, 4, 64);

    [Fact]
    public void Plain_frequencies_are_powers_of_the_base() =>
        Assert.Equal([1, 0.1, 0.01, 0.001], Plain.Frequencies(10), (one, other) => Math.Abs(one - other) < 1e-12);

    [Fact]
    public void Linear_scaling_divides_all_of_them() =>
        Assert.Equal([0.25, 0.025, 0.0025, 0.00025], (Plain with { Kind = RopeKind.Linear, Factor = 4 }).Frequencies(10), (one, other) => Math.Abs(one - other) < 1e-12);

    [Fact]
    public void Dynamic_scaling_begins_behind_the_trained_context()
    {
        var dynamic = Plain with { Kind = RopeKind.Dynamic, Factor = 2 };

        Assert.Equal(Plain.Frequencies(64), dynamic.Frequencies(64));

        // θ' = θ · (2 · 128/64 − 1)^(8/6)
        double theta = 10_000 * Math.Pow(3, 8.0 / 6);
        Assert.Equal(Math.Pow(theta, -0.25), dynamic.Frequencies(128)[1], 1e-12);
        Assert.True(dynamic.DependsOnLength);
    }

    [Fact]
    public void Llama3_scaling_keeps_high_frequencies_and_divides_low_ones()
    {
        double[] plain = Plain.Frequencies(1);
        double[] scaled = (Plain with { Kind = RopeKind.Llama3, Factor = 8, OriginalPositions = 64 }).Frequencies(1);

        Assert.Equal(plain[0], scaled[0]);
        Assert.InRange(scaled[1], plain[1] / 8, plain[1]);
        Assert.Equal(plain[3] / 8, scaled[3]);
    }
}
