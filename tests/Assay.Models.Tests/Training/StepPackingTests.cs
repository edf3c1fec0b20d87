using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class StepPackingTests
{
    [Fact]
    public void A_step_that_fits_is_one_bin_in_its_own_order() =>
        Assert.Equal([[0, 1, 2, 3]], StepPacking.Bins([100, 300, 200, 400]));

    [Fact]
    public void A_larger_step_takes_the_fewest_bins_and_balances_them() =>
        Assert.Equal([[0, 3], [1, 2]], StepPacking.Bins([500, 450, 460, 400]));

    [Fact]
    public void A_sequence_above_the_bound_raises_it() =>
        Assert.Equal([[1], [0, 2]], StepPacking.Bins([100, 3000, 1200], 1024));

    [Fact]
    public void Every_sequence_is_placed_once_and_no_bin_overflows()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var random = new CounterRandom(seed, "packing");
            int[] lengths = [.. Enumerable.Range(0, 1 + (int)(random.Bits(0) % 40)).Select(index => 1 + (int)(random.Bits(index + 1) % 700))];

            var bins = StepPacking.Bins(lengths);

            Assert.Equal(Enumerable.Range(0, lengths.Length), bins.SelectMany(bin => bin).Order());
            Assert.All(bins, bin => Assert.InRange(bin.Sum(index => lengths[index]), 1, StepPacking.UsualBinTokens));
        }
    }
}
