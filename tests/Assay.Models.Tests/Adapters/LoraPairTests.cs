using Assay.Models.Adapters;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Adapters;

/// <summary>The arithmetic of one layer, on numbers small enough to check by hand.</summary>
public sealed class LoraPairTests
{
    private static readonly float[] Input = [1, 2];

    // W = [[3, 0], [0, 4]], A = [[1, 1]], B = [[2], [0]], s = 2: W + s·B·A = [[7, 4], [0, 4]].
    [Fact]
    public void A_pair_adds_its_scaled_low_rank_product()
    {
        using var scope = NewDisposeScope();
        using var pair = Pair(null);

        Assert.Equal([12f, 0], pair.Delta(tensor(Input, 1, 2), Weight(), null).data<float>().ToArray()); // x Aᵀ = 3, times B is [6, 0], times 2
        Assert.Equal([7f, 4, 0, 4], pair.Merge(Weight()).data<float>().ToArray());
        Assert.Equal(1, pair.Rank);
    }

    // Row norms of W + s·B·A are √65 and 4.
    [Fact]
    public void Dora_scales_each_row_to_its_magnitude()
    {
        using var scope = NewDisposeScope();
        using var pair = Pair([2 * MathF.Sqrt(65), 2]);

        float[] merged = pair.Merge(Weight()).data<float>().ToArray();
        float[] output = (nn.functional.linear(tensor(Input, 1, 2), Weight()) + pair.Delta(tensor(Input, 1, 2), Weight(), null)).data<float>().ToArray();

        Assert.Equal([14f, 8, 0, 2], merged, (expected, own) => Math.Abs(expected - own) < 1e-5);
        Assert.Equal([30f, 4], output, (expected, own) => Math.Abs(expected - own) < 1e-5);
    }

    [Fact]
    public void The_norm_of_Dora_is_a_constant_for_the_gradient()
    {
        using var scope = NewDisposeScope();
        using var pair = Pair([MathF.Sqrt(65), 4]);
        foreach (var (_, value) in pair.Parts)
        {
            value.requires_grad = true;
        }

        pair.Delta(tensor(Input, 1, 2), Weight(), null).sum().backward();

        // With the factor held at 1 these are LoRA's own gradients: dB = s·(x Aᵀ), dA = s·Bᵀ·x; the magnitude gets (x (W + s·B·A)ᵀ) / ‖·‖.
        Assert.Equal([6f, 6], pair.B.grad!.data<float>().ToArray(), (expected, own) => Math.Abs(expected - own) < 1e-5);
        Assert.Equal([4f, 8], pair.A.grad!.data<float>().ToArray(), (expected, own) => Math.Abs(expected - own) < 1e-5);
        Assert.Equal([15 / MathF.Sqrt(65), 2], pair.Magnitude!.grad!.data<float>().ToArray(), (expected, own) => Math.Abs(expected - own) < 1e-5);
    }

    [Fact]
    public void Dropout_zeroes_its_share_scales_the_rest_and_repeats_itself()
    {
        var dropout = new LoraDropout(0.25, 7);
        float[] first = new float[20_000];
        float[] again = new float[10_000];
        float[] other = new float[20_000];
        dropout.Fill("layer", 3, 0, first);
        dropout.Fill("layer", 3, 10_000, again);
        dropout.Fill("layer", 4, 0, other);

        Assert.Equal([0f, 4 / 3f], first.Distinct().Order());
        Assert.InRange(first.Count(factor => factor == 0) / 20_000.0, 0.24, 0.26);
        Assert.Equal(first[10_000..], again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Dropout_changes_what_A_sees_and_nothing_without_a_step()
    {
        using var scope = NewDisposeScope();
        using var pair = new LoraPair("layer", tensor(new float[] { 1, 1 }, 1, 2), tensor(new float[] { 2, 0 }, 2, 1), 2, new LoraDropout(0.5, 1));
        var x = ones(64, 2);

        float[] dropped = pair.Delta(x, Weight(), 5).data<float>().ToArray();

        Assert.All(dropped.Chunk(2), row => Assert.Contains(row[0], (float[])[0, 8, 16]));
        Assert.Equal(3, dropped.Chunk(2).Select(row => row[0]).Distinct().Count());
        Assert.All(pair.Delta(x, Weight(), null).data<float>().ToArray().Chunk(2), row => Assert.Equal(8, row[0]));
    }

    private static Tensor Weight() => tensor(new float[] { 3, 0, 0, 4 }, 2, 2);

    private static LoraPair Pair(float[]? magnitude) =>
        new("layer", tensor(new float[] { 1, 1 }, 1, 2), tensor(new float[] { 2, 0 }, 2, 1), 2, null, magnitude is null ? null : tensor(magnitude));
}
