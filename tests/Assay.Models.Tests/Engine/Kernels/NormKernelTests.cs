using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class NormKernelTests
{
    private const int Count = 3;
    private const float Epsilon = 1e-5f;

    [Fact]
    public void Rms_norm_and_its_gradients_match_the_formula_in_fp32() => Rms<Fp32>(0);

    [Fact]
    public void Rms_norm_and_its_gradients_match_the_formula_in_bf16() => Rms<Bf16>(0);

    [Fact]
    public void Rms_norm_with_one_plus_weight_matches_the_formula() => Rms<Fp32>(1);

    [Fact]
    public void Layer_norm_and_its_gradients_match_the_formula_in_fp32() => Layer<Fp32>();

    [Fact]
    public void Layer_norm_and_its_gradients_match_the_formula_in_bf16() => Layer<Bf16>();

    [Fact]
    public void A_norm_over_the_heads_of_a_token_touches_only_those_heads()
    {
        const int tokens = 3, heads = 2, width = 5;
        using var values = new GuardedRows<Fp32>(tokens, heads * width, KernelCheck.Noise(1), gap: 7);
        using var weight = new GuardedRows<Fp32>(1, width, (_, _) => 1);
        double[] x = values.Exact;
        float* inverse = stackalloc float[tokens * heads];
        var rows = new Rows<Fp32>(values.Rows.First, values.Rows.Stride, heads, width);
        RmsNorm.Forward(rows, new NormWeight((float*)weight.Rows.First), rows, inverse, new RowSize(tokens * heads, width), Epsilon);
        values.AssertGuards();
        double[] expected = [.. x.Chunk(width).SelectMany(row => row.Select(value => value / Math.Sqrt((row.Sum(other => other * other) / width) + Epsilon)))];
        KernelCheck.Close<Fp32>(expected, values.Values);
    }

    private static void Rms<T>(float offset)
        where T : unmanaged, IElement<T>
    {
        foreach (int width in KernelCheck.Widths)
        {
            var size = new RowSize(Count, width);
            using var x = new GuardedRows<Fp32>(Count, width, KernelCheck.Noise(2, 2));
            using var w = new GuardedRows<Fp32>(1, width, KernelCheck.Noise(3));
            using var dy = new GuardedRows<T>(Count, width, KernelCheck.Noise(4));
            double[] y = new double[Count * width], dx = new double[Count * width], dw = new double[width];
            double[] xs = x.Exact, dys = dy.Exact;
            double[] weights = Array.ConvertAll(w.Values, value => (double)value + offset);
            for (int row = 0; row < Count; row++)
            {
                double[] values = xs[(row * width)..((row + 1) * width)];
                double[] gradient = dys[(row * width)..((row + 1) * width)];
                double r = 1 / Math.Sqrt((values.Sum(value => value * value) / width) + Epsilon);
                double products = Enumerable.Range(0, width).Sum(index => gradient[index] * weights[index] * values[index]);
                for (int column = 0; column < width; column++)
                {
                    y[(row * width) + column] = values[column] * r * weights[column];
                    dx[(row * width) + column] = 0.5 + (r * gradient[column] * weights[column]) - (values[column] * r * r * r * products / width);
                    dw[column] += gradient[column] * values[column] * r;
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var result = new GuardedRows<T>(Count, width);
                using var gradient = new GuardedRows<Fp32>(Count, width, (_, _) => 0.5);
                using var weightGradient = new GuardedRows<Fp32>(1, width);
                float* inverse = stackalloc float[Count];
                var weight = new NormWeight((float*)w.Rows.First, offset);
                RmsNorm.Forward(x.Rows, weight, result.Rows, inverse, size, Epsilon);
                RmsNorm.Backward(x.Rows, weight, inverse, dy.Rows, gradient.Rows, size, accumulate: true);
                RmsNorm.WeightGradient(x.Rows, inverse, dy.Rows, (float*)weightGradient.Rows.First, size);
                result.AssertGuards();
                gradient.AssertGuards();
                weightGradient.AssertGuards();
                return [.. result.Values, .. gradient.Values, .. weightGradient.Values];
            });
            KernelCheck.Close<T>(y, actual.AsSpan(0, y.Length));
            KernelCheck.Close<Fp32>(dx, actual.AsSpan(y.Length, dx.Length), absolute: 1e-5);
            KernelCheck.Close<Fp32>(dw, actual.AsSpan(2 * y.Length));
        }
    }

    private static void Layer<T>()
        where T : unmanaged, IElement<T>
    {
        foreach (int width in KernelCheck.Widths.Where(width => width > 1))
        {
            var size = new RowSize(Count, width);
            using var x = new GuardedRows<Fp32>(Count, width, (row, column) => 1 + KernelCheck.Noise(5)(row, column));
            using var w = new GuardedRows<Fp32>(2, width, KernelCheck.Noise(6));
            using var dy = new GuardedRows<T>(Count, width, KernelCheck.Noise(7));
            double[] y = new double[Count * width], dx = new double[Count * width], dw = new double[width], db = new double[width];
            double[] xs = x.Exact, dys = dy.Exact, weights = w.Exact;
            for (int row = 0; row < Count; row++)
            {
                double[] values = xs[(row * width)..((row + 1) * width)];
                double[] gradient = dys[(row * width)..((row + 1) * width)];
                double mean = values.Average();
                double r = 1 / Math.Sqrt((values.Sum(value => (value - mean) * (value - mean)) / width) + Epsilon);
                double[] normalised = [.. values.Select(value => (value - mean) * r)];
                double[] g = [.. gradient.Select((value, index) => value * weights[index])];
                double plainMean = g.Average();
                double along = g.Select((value, index) => value * normalised[index]).Average();
                for (int column = 0; column < width; column++)
                {
                    y[(row * width) + column] = (normalised[column] * weights[column]) + weights[width + column];
                    dx[(row * width) + column] = r * (g[column] - plainMean - (normalised[column] * along));
                    dw[column] += gradient[column] * normalised[column];
                    db[column] += gradient[column];
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var result = new GuardedRows<T>(Count, width);
                using var gradient = new GuardedRows<Fp32>(Count, width, (_, _) => 77);
                using var weightGradient = new GuardedRows<Fp32>(2, width);
                float* moments = stackalloc float[2 * Count];
                float* weight = (float*)w.Rows[0];
                LayerNorm.Forward(x.Rows, weight, (float*)w.Rows[1], result.Rows, moments, size, Epsilon);
                LayerNorm.Backward(x.Rows, weight, moments, dy.Rows, gradient.Rows, size, accumulate: false);
                LayerNorm.WeightGradient(x.Rows, moments, dy.Rows, (float*)weightGradient.Rows[0], (float*)weightGradient.Rows[1], size);
                result.AssertGuards();
                gradient.AssertGuards();
                weightGradient.AssertGuards();
                return [.. result.Values, .. gradient.Values, .. weightGradient.Values];
            });
            KernelCheck.Close<T>(y, actual.AsSpan(0, y.Length), absolute: 1e-5);
            KernelCheck.Close<Fp32>(dx, actual.AsSpan(y.Length, dx.Length), absolute: 2e-4 / width, relative: 5e-5);
            KernelCheck.Close<Fp32>([.. dw, .. db], actual.AsSpan(2 * y.Length), absolute: 1e-5);
        }
    }
}
