namespace Assay.Models.Tests;

public sealed class CounterRandomTests
{
    [Fact]
    public void Numbers_depend_on_seed_purpose_and_index_only()
    {
        Assert.Equal(new CounterRandom(1, "a").Bits(5), new CounterRandom(1, "a").Bits(5));
        Assert.NotEqual(new CounterRandom(1, "a").Bits(5), new CounterRandom(2, "a").Bits(5));
        Assert.NotEqual(new CounterRandom(1, "a").Bits(5), new CounterRandom(1, "b").Bits(5));
        Assert.NotEqual(new CounterRandom(1, "a").Bits(5), new CounterRandom(1, "a").Bits(6));
    }

    [Fact]
    public void Uniform_and_normal_numbers_have_their_moments()
    {
        var random = new CounterRandom(1, "moments");
        double[] uniform = [.. Enumerable.Range(0, 50_000).Select(index => random.Uniform(index))];
        double[] normal = [.. Enumerable.Range(0, 50_000).Select(index => random.Normal(index))];

        Assert.All(uniform, value => Assert.InRange(value, 0, 0.999999999999999999));
        Assert.Equal(0.5, uniform.Average(), 0.01);
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(value => value * value), 0.03);
    }

    [Fact]
    public void A_permutation_holds_every_number_once() =>
        Assert.Equal(Enumerable.Range(0, 100), new CounterRandom(3, "order").Permutation(100).Order());
}
