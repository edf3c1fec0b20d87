using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class RowKernelTests
{
    private const int Count = 3;

    [Fact]
    public void Sums_factors_and_conversions_match_plain_arithmetic_in_fp32() => Arithmetic<Fp32>();

    [Fact]
    public void Sums_factors_and_conversions_match_plain_arithmetic_in_bf16() => Arithmetic<Bf16>();

    [Fact]
    public void Gathered_rows_come_from_their_index_and_scattered_rows_add_up_where_an_index_repeats()
    {
        int[] index = [4, 1, 4];
        foreach (int width in KernelCheck.Widths)
        {
            var size = new RowSize(index.Length, width);
            using var table = new GuardedRows<Bf16>(5, width, KernelCheck.Noise(15));
            float[] factors = [0.5f, -2, 3];
            double[] picked = [.. index.SelectMany(row => table.Exact.Skip(row * width).Take(width).Select(value => value * 2))];
            double[] scattered = new double[5 * width];
            for (int element = 0; element < picked.Length; element++)
            {
                scattered[(index[element / width] * width) + (element % width)] += factors[element / width] * picked[element];
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var y = new GuardedRows<Fp32>(index.Length, width);
                using var target = new GuardedRows<Fp32>(5, width);
                fixed (int* places = index)
                fixed (float* each = factors)
                {
                    RowGather.Gather(table.Rows, places, y.Rows, size, 2);
                    RowGather.ScatterAdd(target.Rows, places, y.Rows, each, size);
                }

                y.AssertGuards();
                target.AssertGuards();
                return [.. y.Values, .. target.Values];
            });
            KernelCheck.Close<Fp32>([.. picked, .. scattered], actual);
        }
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_even_and_keeps_infinity_and_not_a_number()
    {
        uint[] bits = [0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fffffff, 0x7f800001, 0x00000001, 0x80000000, 0x00008000, 0x00018000, 0xbf808000, 0x477fe000, 0xffffffff, 0x3f800000];
        ushort[] expected = [0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0x7f80, 0xff80, 0x7fc0, 0x7fc0, 0x0000, 0x8000, 0x0000, 0x0002, 0xbf80, 0x4780, 0x7fc0, 0x3f80];
        foreach (var set in KernelSet.Supported)
        {
            ushort[] actual = new ushort[bits.Length];
            KernelSet.With(set, () =>
            {
                fixed (uint* source = bits)
                fixed (ushort* target = actual)
                {
                    RowArithmetic.Convert(new Rows<Fp32>((Fp32*)source, bits.Length), new Rows<Bf16>((Bf16*)target, bits.Length), new RowSize(1, bits.Length));
                }
            });
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Rotation_matches_the_formula_turns_back_and_leaves_the_rest_of_a_head()
    {
        const int heads = 2;
        int[] positions = [0, 5, 2];
        foreach (int pairs in KernelCheck.FewWidths.Where(pairs => pairs < 100))
        {
            int width = (2 * pairs) + 3;
            using var x = new GuardedRows<Fp32>(Count, heads * width, KernelCheck.Noise(20));
            using var table = new GuardedRows<Fp32>(12, pairs, (row, column) => row < 6 ? Math.Cos(row * 0.3 / (1 + column)) : Math.Sin((row - 6) * 0.3 / (1 + column)), gap: 0);
            double[] expected = x.Exact;
            for (int row = 0; row < Count; row++)
            {
                for (int pair = 0; pair < heads * pairs; pair++)
                {
                    int left = (row * heads * width) + (pair / pairs * width) + (pair % pairs);
                    double angle = positions[row] * 0.3 / (1 + (pair % pairs));
                    double a = expected[left], b = expected[left + pairs];
                    expected[left] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                    expected[left + pairs] = (b * Math.Cos(angle)) + (a * Math.Sin(angle));
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var turned = new GuardedRows<Fp32>(Count, heads * width, KernelCheck.Noise(20));
                fixed (int* places = positions)
                {
                    var angles = new RotaryAngles((float*)table.Rows[0], (float*)table.Rows[6], pairs);
                    Rotary.Apply(turned.Rows, new RowSize(heads, width), places, angles, 1, Count);
                    float[] forward = turned.Values;
                    Rotary.Apply(turned.Rows, new RowSize(heads, width), places, angles, -1, Count);
                    turned.AssertGuards();
                    return [.. forward, .. turned.Values];
                }
            });
            KernelCheck.Close<Fp32>([.. expected, .. x.Exact], actual);
        }
    }

    [Fact]
    public void Loops_give_the_same_bits_on_one_thread_and_on_many()
    {
        const int rows = 700, width = 100;
        var size = new RowSize(rows, width);
        using var x = new GuardedRows<Fp32>(rows, width, KernelCheck.Noise(30));
        int threads = TorchSharp.torch.get_num_threads();
        float[][] results = [.. new[] { 1, 2, 3 }.Select(count =>
        {
            TorchSharp.torch.set_num_threads(count);
            using var sums = new GuardedRows<Fp32>(1, width);
            RowArithmetic.AddColumnSums(x.Rows, (float*)sums.Rows.First, size);
            double squares = SumOfSquares.Of(x.Rows.First, rows * x.Rows.Stride - 8);
            return (float[])[.. sums.Values, (float)squares, (float)(squares - (float)squares)];
        })];
        TorchSharp.torch.set_num_threads(threads);
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    private static void Arithmetic<T>()
        where T : unmanaged, IElement<T>
    {
        foreach (int width in KernelCheck.Widths)
        {
            var size = new RowSize(Count, width);
            using var x = new GuardedRows<T>(Count, width, KernelCheck.Noise(12));
            using var bias = new GuardedRows<T>(1, width, KernelCheck.Noise(13));
            float[] factors = [2, -0.5f, 0];
            double[] xs = x.Exact, added = bias.Exact;
            double[] first = [.. xs.Select((value, index) => 1 + (0.25 * value) + added[index % width])];
            double[] scaled = [.. x.Exact.Select((value, index) => 4 * value * factors[index / width])];
            double[] sums = [.. Enumerable.Range(0, width).Select(column => 1 + Enumerable.Range(0, Count).Sum(row => xs[(row * width) + column]))];
            double[] dots = [.. x.Exact.Chunk(width).Select(row => row.Sum(value => value * value))];
            double squares = x.Exact.Sum(value => value * value);
            float[] actual = KernelCheck.Variants(() =>
            {
                using var y = new GuardedRows<Fp32>(Count, width, (_, _) => 1);
                using var z = new GuardedRows<T>(Count, width);
                using var columns = new GuardedRows<Fp32>(1, width, (_, _) => 1);
                using var packed = new GuardedRows<T>(1, Count * width, (_, column) => T.ToSingle(x.Rows[column / width][column % width]));
                float[] products = new float[Count];
                RowArithmetic.Add(y.Rows, x.Rows, size, 0.25f);
                RowArithmetic.AddBias(y.Rows, bias.Rows.First, size);
                RowArithmetic.Convert(x.Rows, z.Rows, size);
                RowArithmetic.Scale(z.Rows, 4, size);
                fixed (float* each = factors, results = products)
                {
                    RowArithmetic.ScaleEach(z.Rows, each, size);
                    RowArithmetic.Dot(x.Rows, x.Rows, results, size);
                }

                RowArithmetic.AddColumnSums(x.Rows, (float*)columns.Rows.First, size);
                y.AssertGuards();
                z.AssertGuards();
                columns.AssertGuards();
                return [.. y.Values, .. z.Values, .. columns.Values, .. products, (float)SumOfSquares.Of(packed.Rows.First, Count * width)];
            });
            KernelCheck.Close<Fp32>(first, actual.AsSpan(0, first.Length));
            KernelCheck.Close<T>(scaled, actual.AsSpan(first.Length, scaled.Length));
            KernelCheck.Close<Fp32>([.. sums, .. dots, squares], actual.AsSpan(2 * first.Length));
        }
    }
}
