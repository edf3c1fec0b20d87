using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;

namespace Assay.Data.Tests.Formats.Nf4;

public sealed class Nf4QuantiserTests
{
    [Fact]
    public void The_first_element_is_in_the_high_nibble_and_an_odd_count_ends_with_the_code_of_zero()
    {
        var matrix = Quantise([1f, -1f, 0f, 0.5f, -2f], [5]);

        Assert.Equal([0xC2, 0x7A, 0x07], matrix.Packed.ToArray()); // of 2: 0.5, −0.5, 0, 0.25, −1
        Assert.Equal([2f], matrix.Scales.ToArray());
    }

    [Fact]
    public void A_value_half_way_between_two_levels_takes_the_lower()
    {
        float[] levels = Nf4Codes.Levels.ToArray();
        float[] midpoints = [.. levels.Zip(levels.Skip(1), (low, high) => (low + high) / 2)];
        byte[] packed = Quantise([.. midpoints, 1f], [16]).Packed.ToArray();

        Assert.Equal(Enumerable.Range(0, 15), Nibbles(packed).Take(15));
    }

    [Fact]
    public void Every_code_is_the_nearest_level()
    {
        var random = new Random(4);
        float[] values = [.. Enumerable.Range(0, 4096).Select(_ => (float)(random.NextDouble() - 0.5))];
        var matrix = Quantise(values, [32, 128]);
        float[] scales = matrix.Scales.ToArray();
        int[] codes = [.. Nibbles(matrix.Packed.ToArray())];
        for (int index = 0; index < values.Length; index++)
        {
            double scaled = values[index] / (double)scales[index / 64];
            double[] distances = [.. Nf4Codes.Levels.ToArray().Select(level => Math.Abs(level - scaled))];
            Assert.InRange(distances[codes[index]], 0, distances.Min() + 1e-6);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(200)]
    public void A_run_from_anywhere_equals_the_same_part_of_the_whole(int first)
    {
        var random = new Random(5);
        var matrix = Quantise([.. Enumerable.Range(0, 33 * 31).Select(_ => (float)random.NextDouble())], [33, 31]);
        float[] whole = new float[33 * 31];
        matrix.Dequantise(whole);
        foreach (int count in (int[])[0, 1, 2, 63, 64, 65, 500])
        {
            float[] run = new float[count];
            matrix.Dequantise(first, matrix.Scales.ToArray(), run);

            Assert.Equal(whole.Skip(first).Take(count), run);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Dequantise(1000, matrix.Scales.ToArray(), new float[24]));
        Assert.Throws<ArgumentException>(() => matrix.Dequantise(new float[5]));
    }

    [Fact]
    public void A_block_of_zeros_or_of_tiny_numbers_comes_back()
    {
        float[] values = [.. Enumerable.Repeat(0f, 64), .. Enumerable.Repeat(1e-42f, 64)];
        float[] back = new float[128];
        Quantise(values, [2, 64]).Dequantise(back);

        Assert.Equal(Enumerable.Repeat(0f, 64), back[..64]);
        Assert.All(back[64..], value => Assert.InRange(value, 0, 1e-42f));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float bad)
    {
        float[] values = new float[130];
        values[70] = bad;

        Assert.Contains("64 to 127", Assert.Throws<ArgumentException>(() => Quantise(values, [130])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_and_block_sizes_are_checked()
    {
        Assert.Throws<ArgumentException>(() => Quantise(new float[4], [5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Nf4Quantiser.Quantise(new byte[16], TensorDtype.F32, [4], 48));
        Assert.Throws<ArgumentOutOfRangeException>(() => Nf4Quantiser.Quantise(new byte[32], TensorDtype.F64, [4]));
    }

    private static Nf4Matrix Quantise(float[] values, long[] shape) => Nf4Quantiser.Quantise(MemoryMarshal.AsBytes<float>(values), TensorDtype.F32, shape);

    private static IEnumerable<int> Nibbles(byte[] packed) => packed.SelectMany(pair => (int[])[pair >> 4, pair & 15]);
}
