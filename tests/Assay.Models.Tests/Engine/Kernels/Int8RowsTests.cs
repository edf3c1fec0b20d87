using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class Int8RowsTests
{
    [Fact]
    public void Codes_times_scales_are_the_row_within_half_a_code_and_sums_scale_back()
    {
        const int count = 3;
        foreach (int width in KernelCheck.Widths)
        {
            var size = new RowSize(count, width);
            using var x = new GuardedRows<Bf16>(count, width, KernelCheck.Noise(80, 3));
            using var factors = new GuardedRows<Fp32>(1, width, (_, column) => 0.5 + (column % 3));
            double[] exact = x.Exact, each = factors.Exact;
            float[] actual = KernelCheck.Variants(() =>
            {
                sbyte[] codes = new sbyte[(count * width) + 1];
                codes[^1] = 55;
                float[] scales = new float[count];
                using var back = new GuardedRows<Fp32>(count, width, (_, _) => 1);
                fixed (sbyte* target = codes)
                fixed (float* scale = scales)
                fixed (int* sums = Array.ConvertAll(codes, code => (int)code))
                {
                    Int8Rows.Quantise(x.Rows, (float*)factors.Rows.First, target, scale, size);
                    for (int index = 0; index < count * width; index++)
                    {
                        sums[index] = target[index];
                    }

                    Int8Rows.Expand(sums, scale, (float*)factors.Rows.First, back.Rows, size, accumulate: true);
                }

                Assert.Equal(55, codes[^1]);
                back.AssertGuards();
                return [.. codes.Select(code => (float)code), .. scales, .. back.Values];
            });
            for (int row = 0; row < count; row++)
            {
                double scale = actual[(count * width) + 1 + row];
                Assert.Equal(Enumerable.Range(0, width).Max(column => Math.Abs(exact[(row * width) + column] * each[column])) / 127, scale, scale * 1e-6);
                for (int column = 0; column < width; column++)
                {
                    int place = (row * width) + column;
                    Assert.True(Math.Abs((actual[place] * scale) - (exact[place] * each[column])) <= scale * 0.5001);
                    Assert.Equal(1 + (actual[place] * scale * each[column]), actual[(count * width) + 1 + count + place], 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_row_with_no_finite_number_has_no_finite_scale_and_zeros_have_scale_0(float bad)
    {
        float[] scales = KernelCheck.Variants(() =>
        {
            using var x = new GuardedRows<Fp32>(3, 40, (row, column) => row == 0 ? 0 : row == 1 && column == 37 ? bad : 1);
            float[] result = new float[3];
            sbyte[] codes = new sbyte[120];
            fixed (sbyte* target = codes)
            fixed (float* scale = result)
            {
                Int8Rows.Quantise(x.Rows, null, target, scale, new RowSize(3, 40));
            }

            Assert.All(codes[..40], code => Assert.Equal(0, code));
            return result;
        });
        Assert.Equal(0, scales[0]);
        Assert.False(float.IsFinite(scales[1]));
        Assert.Equal(1f / 127, scales[2]);
    }
}
