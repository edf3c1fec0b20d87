using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class OptimiserKernelTests
{
    [Fact]
    public void Adam_with_decay_matches_the_formula_over_several_steps()
    {
        foreach (int count in KernelCheck.Widths.Append(10_000))
        {
            double[] p = new double[count], m = new double[count], v = new double[count];
            using var start = new GuardedRows<Fp32>(1, count, KernelCheck.Noise(50));
            using var gradient = new GuardedRows<Fp32>(1, count, KernelCheck.Noise(51));
            start.Exact.CopyTo(p, 0);
            double[] gradients = gradient.Exact;
            for (int step = 1; step <= 3; step++)
            {
                for (int index = 0; index < count; index++)
                {
                    double g = gradients[index] * 0.5;
                    p[index] *= 1 - (0.01 * 0.1);
                    m[index] = (0.9 * m[index]) + (0.1 * g);
                    v[index] = (0.95 * v[index]) + (0.05 * g * g);
                    p[index] -= 0.01 * (m[index] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[index] / (1 - Math.Pow(0.95, step))) + 1e-8);
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var parameter = new GuardedRows<Fp32>(1, count, KernelCheck.Noise(50));
                using var first = new GuardedRows<Fp32>(1, count);
                using var second = new GuardedRows<Fp32>(1, count);
                for (int step = 1; step <= 3; step++)
                {
                    AdamWStep.Run(
                        (float*)parameter.Rows.First,
                        (float*)gradient.Rows.First,
                        (float*)first.Rows.First,
                        (float*)second.Rows.First,
                        count,
                        AdamWRates.At(step, 0.01, (0.9, 0.95), 1e-8, 0.1, 0.5));
                }

                parameter.AssertGuards();
                first.AssertGuards();
                second.AssertGuards();
                return [.. parameter.Values, .. first.Values, .. second.Values];
            });
            KernelCheck.Close<Fp32>([.. p, .. m, .. v], actual, absolute: 3e-7);
        }
    }

    [Fact]
    public void The_dropout_mask_is_that_of_the_counter_generator()
    {
        var random = new CounterRandom(9, "dropout test");
        const double rate = 0.3;
        long[] indexes = [0, 7, 1L << 33];
        foreach (int width in KernelCheck.Widths)
        {
            float[] actual = KernelCheck.Variants(() =>
            {
                using var x = new GuardedRows<Bf16>(indexes.Length, width, (_, _) => 1);
                using var y = new GuardedRows<Fp32>(indexes.Length, width, (_, _) => 2);
                fixed (long* keys = indexes)
                {
                    Dropout.Apply(x.Rows, y.Rows, random, rate, keys, new RowSize(indexes.Length, width), accumulate: true);
                    Dropout.Apply(x.Rows, x.Rows, random, rate, null, new RowSize(indexes.Length, width));
                }

                x.AssertGuards();
                y.AssertGuards();
                return [.. y.Values, .. x.Values];
            });
            double Mask(long index) => random.Uniform(index) < rate ? 0 : 1 / (1 - rate);
            double[] expected =
            [
                .. Enumerable.Range(0, indexes.Length * width).Select(element => 2 + Mask((indexes[element / width] * width) + (element % width))),
                .. Enumerable.Range(0, indexes.Length * width).Select(element => Mask(element)),
            ];
            KernelCheck.Close<Bf16>(expected, actual);
        }
    }

    [Fact]
    public void Four_bit_codes_come_back_high_nibble_first_in_flat_blocks()
    {
        const int block = 64, count = 5;
        float[] table = [.. Enumerable.Range(0, 16).Select(level => (level - 7.5f) / 8)];
        int[] order = [3, 0, 4, 1, 2];
        foreach (int width in KernelCheck.Widths)
        {
            var random = new CounterRandom((ulong)width, "codes");
            byte[] codes = [.. Enumerable.Range(0, ((count * width) + 1) / 2).Select(index => (byte)random.Bits(index))];
            float[] absmax = [.. Enumerable.Range(0, ((count * width) / block) + 1).Select(index => 0.1f + (float)random.Uniform(index))];
            double[] expected = [.. Enumerable.Range(0, count * width).Select(element =>
            {
                int stored = (order[element / width] * width) + (element % width);
                int code = stored % 2 == 0 ? codes[stored / 2] >> 4 : codes[stored / 2] & 15;
                return (double)Bf16.Widen(Bf16.Round(table[code] * absmax[stored / block]));
            })];
            float[] actual = KernelCheck.Variants(() =>
            {
                using var y = new GuardedRows<Fp32>(count, width);
                using var rounded = new GuardedRows<Bf16>(count, width);
                fixed (byte* packed = codes)
                fixed (float* levels = table, scales = absmax)
                fixed (int* rows = order)
                {
                    Nf4Dequantise.Run<Bf16, Fp32>(packed, levels, scales, rows, y.Rows, new RowSize(count, width));
                    Nf4Dequantise.Run<Fp32, Bf16>(packed, levels, scales, rows, rounded.Rows, new RowSize(count, width));
                }

                y.AssertGuards();
                rounded.AssertGuards();
                return [.. y.Values, .. rounded.Values];
            });
            Assert.Equal([.. expected, .. expected], Array.ConvertAll(actual, value => (double)value));
        }
    }

    [Fact]
    public void Scales_that_were_quantised_expand_by_their_nested_block()
    {
        float[] map = [.. Enumerable.Range(0, 256).Select(code => (code - 128) / 128f)];
        byte[] codes = [.. Enumerable.Range(0, 600).Select(index => (byte)(index * 7))];
        float[] scales = new float[600];
        Nf4Dequantise.ExpandScales(codes, map, [1, 2, 4], 0.5f, scales);
        Assert.Equal([.. codes.Select((code, index) => (map[code] * (1 << (index / 256))) + 0.5f)], scales);
    }
}
