using Assay.Models.Engine.Plans;

namespace Assay.Models.Tests.Engine;

public sealed class RopePlanTests
{
    private static readonly RopePlan Plain = new(RopeKind.Plain, 8, 10_000, 64, 1, 1, 4, 64);

    [Fact]
    public void Plain_frequencies_are_powers_of_the_base() => AssertNear([1, 0.1, 0.01, 0.001], Plain.Frequencies(10));

    [Fact]
    public void Linear_scaling_divides_all_of_them() =>
        AssertNear([0.25, 0.025, 0.0025, 0.00025], (Plain with { Kind = RopeKind.Linear, Factor = 4 }).Frequencies(10));

    [Fact]
    public void Dynamic_scaling_begins_behind_the_trained_context()
    {
        var dynamic = Plain with { Kind = RopeKind.Dynamic, Factor = 2 };

        Assert.Equal(Plain.Frequencies(64), dynamic.Frequencies(64));

        // θ' = θ · (2 · 128/64 − 1)^(8/6)
        double theta = 10_000 * Math.Pow(3, 8.0 / 6);
        Assert.Equal(Math.Pow(theta, -0.25), dynamic.Frequencies(128)[1], 1e-12);
        Assert.Equal((64, 128), (dynamic.LongestUnchanged, dynamic.Context));
    }

    [Fact]
    public void Llama3_scaling_keeps_high_frequencies_and_divides_low_ones()
    {
        double[] plain = Plain.Frequencies(1);
        double[] scaled = (Plain with { Kind = RopeKind.Llama3, Factor = 8, OriginalPositions = 64 }).Frequencies(1);

        // The second pair's wavelength is 20π, so t = (64/20π − 1) / (4 − 1).
        double kept = ((64 / (20 * Math.PI)) - 1) / 3;
        AssertNear([plain[0], ((1 - kept) * plain[1] / 8) + (kept * plain[1]), plain[2] / 8, plain[3] / 8], scaled);
    }

    [Fact]
    public void Yarn_divides_slow_pairs_keeps_fast_ones_and_mixes_between()
    {
        // e(32) = 16 ln(2048 / 64π) / (2 ln 10000) = 2.02 and e(1) = 5.03, so the ramp goes from pair 2 to pair 6.
        var yarn = new RopePlan(RopeKind.Yarn, 16, 10_000, 4096, 8, 1, 4, 2048);
        double[] plain = new RopePlan(RopeKind.Plain, 16, 10_000, 4096, 1, 1, 4, 4096).Frequencies(1);
        double[] divided = [0, 0, 0, 0.25, 0.5, 0.75, 1, 1];

        AssertNear(plain.Zip(divided, (value, share) => (share * value / 8) + ((1 - share) * value)), yarn.Frequencies(1));
        Assert.Equal((null, 8 * 2048), (yarn.LongestUnchanged, yarn.Context));
    }

    [Fact]
    public void Yarn_may_begin_and_end_between_pairs()
    {
        var yarn = new RopePlan(RopeKind.Yarn, 16, 10_000, 4096, 8, 1, 4, 2048) { WholePairs = false };
        double low = 16 * Math.Log(2048 / (64 * Math.PI)) / (2 * Math.Log(10_000));
        double high = 16 * Math.Log(2048 / (2 * Math.PI)) / (2 * Math.Log(10_000));
        double share = (4 - low) / (high - low);

        Assert.Equal(0.01 * (1 - share + (share / 8)), yarn.Frequencies(1)[4], 1e-12);
    }

    [Fact]
    public void Yarn_with_an_empty_ramp_divides_everything_behind_it() =>
        AssertNear([1, 0.025, 0.0025, 0.00025], new RopePlan(RopeKind.Yarn, 8, 10_000, 64, 4, 1, 4, 32).Frequencies(1));

    [Fact]
    public void Longrope_has_a_divisor_per_pair_and_changes_behind_the_original_context()
    {
        var plan = new RopePlan(RopeKind.LongRope, 8, 10_000, 256, 1, 1, 4, 64) { ShortFactors = [1, 1, 2, 2], LongFactors = [1, 4, 5, 8] };

        AssertNear([1, 0.1, 0.005, 0.0005], plan.Frequencies(64));
        AssertNear([1, 0.025, 0.002, 0.000125], plan.Frequencies(65));
        Assert.Equal((64, 256), (plan.LongestUnchanged, plan.Context));
    }

    [Fact]
    public void An_odd_rotated_width_keeps_its_own_exponents() =>
        AssertNear([1, Math.Pow(10_000, -2.0 / 3)], (Plain with { Width = 4, FrequencyWidth = 3 }).Frequencies(1));

    private static void AssertNear(IEnumerable<double> expected, double[] actual) =>
        Assert.Equal(expected, actual, (one, other) => Math.Abs(one - other) < 1e-12);
}
