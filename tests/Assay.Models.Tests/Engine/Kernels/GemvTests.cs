using System.Runtime.InteropServices;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class GemvTests
{
    private const int Outputs = 7;
    private const int MostRows = 9;

    public static TheoryData<WeightFormat> Formats => [WeightFormat.Fp32, WeightFormat.Bf16, WeightFormat.Int8, WeightFormat.Nf4];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_width_gives_the_same_bits_on_all_instruction_sets_and_the_value_of_double_arithmetic(WeightFormat format)
    {
        int[] widths = format is WeightFormat.Nf4 ? [64, 128, 192, 320] : [.. Enumerable.Range(1, 140)];
        foreach (int width in widths)
        {
            using var matrix = new Matrix(format, width);
            float[] expected = matrix.Product(MostRows);
            float[]? first = null;
            foreach (var set in KernelSet.Supported)
            {
                float[] own = [];
                KernelSet.With(set, () => own = matrix.Run(MostRows));
                Assert.All(own.Zip(expected), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5 * width, $"{format} {set} width {width}: {pair.First} is not {pair.Second}"));
                first ??= own;
                Assert.Equal(first, own);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_row_gives_the_same_bits_alone_and_with_any_number_of_others(WeightFormat format)
    {
        using var matrix = new Matrix(format, 448);
        float[] all = matrix.Run(MostRows);
        for (int rows = 1; rows < MostRows; rows++)
        {
            Assert.Equal(all[..(rows * Outputs)], matrix.Run(rows));
        }
    }

    [Fact]
    public void Levels_are_those_of_the_stored_format_and_codes_are_its_codes()
    {
        Assert.Equal(Nf4Codes.Levels.ToArray(), Nf4Levels.Values.ToArray());
        float[] values = [.. Enumerable.Range(0, 256).Select(index => (float)Math.Sin(index * 12.9898) * (1 + (index / 64)))];
        var stored = Nf4Quantiser.Quantise(MemoryMarshal.AsBytes<float>(values), Assay.Data.Formats.TensorDtype.F32, [4, 64]);
        byte[] codes = new byte[128];
        float[] scales = new float[4];
        fixed (byte* target = codes)
        fixed (float* largest = scales)
        {
            GemvQuantise.Nf4(values, target, largest);
        }

        Assert.Equal(stored.Packed.ToArray(), codes);
        Assert.Equal(stored.Scales.ToArray(), scales);
    }

    [Fact]
    public void A_row_of_zeros_quantises_to_zeros()
    {
        using var matrix = new Matrix(WeightFormat.Int8, 64, _ => 0);
        using var nf4 = new Matrix(WeightFormat.Nf4, 64, _ => 0);

        Assert.All(matrix.Run(1).Concat(nf4.Run(1)), value => Assert.Equal(0, value));
    }

    private sealed class Matrix : IDisposable
    {
        private readonly AlignedMemory data;
        private readonly AlignedMemory scales;
        private readonly WeightRows rows;
        private readonly float[] inputs;

        public Matrix(WeightFormat format, int width, Func<int, float>? value = null)
        {
            data = new AlignedMemory(Outputs * WeightRows.BytesOf(format, width));
            scales = new AlignedMemory(4 * Math.Max(1, WeightRows.ScalesOf(format, Outputs, width)));
            rows = new WeightRows(format, data.Address, scales.Address, Outputs, width);
            var random = new CounterRandom(11, $"{format} {width}");
            for (int row = 0; row < Outputs; row++)
            {
                float[] values = [.. Enumerable.Range(0, width).Select(index => value?.Invoke(index) ?? (float)random.Normal((row * width) + index))];
                WeightWriter.Write(rows, row, values);
            }

            inputs = [.. Enumerable.Range(0, MostRows * width).Select(index => (float)random.Normal(100_000 + index))];
        }

        public float[] Product(int count)
        {
            float[] result = new float[count * Outputs];
            float[] weights = new float[rows.Inputs];
            for (int output = 0; output < Outputs; output++)
            {
                WeightWriter.Read(rows, output, weights);
                for (int row = 0; row < count; row++)
                {
                    result[(row * Outputs) + output] = (float)weights.Select((weight, index) => (double)weight * inputs[(row * rows.Inputs) + index]).Sum();
                }
            }

            return result;
        }

        public float[] Run(int count)
        {
            float[] arranged = new float[inputs.Length];
            float[] result = new float[count * Outputs];
            fixed (float* x = inputs)
            fixed (float* own = arranged)
            fixed (float* y = result)
            {
                for (int row = 0; row < count; row++)
                {
                    Gemv.Arrange(rows.Format, x + (row * rows.Inputs), rows.Inputs, own + (row * rows.Inputs));
                }

                // Two ranges, as two threads would have them.
                Gemv.Run(rows, 0, 3, new GemvBatch(own, rows.Inputs, count, y, Outputs));
                Gemv.Run(rows, 3, Outputs, new GemvBatch(own, rows.Inputs, count, y, Outputs));
            }

            return result;
        }

        public void Dispose()
        {
            data.Dispose();
            scales.Dispose();
        }
    }
}
