using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class CrossEntropyKernelTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(5f)]
    public void Cross_entropy_gives_the_loss_of_the_label_and_its_gradient(float? cap)
    {
        CrossEntropyMatches<Fp32>(cap);
        CrossEntropyMatches<Bf16>(cap);
    }

    [Fact]
    public void A_large_vocabulary_keeps_the_loss_exact()
    {
        const int width = 151_937;
        using var logits = new GuardedRows<Fp32>(1, width, KernelCheck.Noise(40, 3));
        double exact = Math.Log(logits.Exact.Sum(Math.Exp)) - logits.Exact[77];
        double loss;
        int label = 77;
        CrossEntropy.Losses(logits.Rows, &label, &loss, new RowSize(1, width));
        Assert.Equal(exact, loss, 1e-6);
    }

    [Fact]
    public void Logits_that_are_no_numbers_give_a_loss_that_is_none()
    {
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity])
        {
            foreach (int place in (int[])[0, 17, 33])
            {
                float[] losses = KernelCheck.Variants(() =>
                {
                    using var logits = new GuardedRows<Fp32>(1, 34, (_, column) => column == place ? bad : column);
                    double loss;
                    int label = 3;
                    CrossEntropy.InPlace(logits.Rows, &label, &loss, new RowSize(1, 34), 1);
                    return [(float)loss];
                });
                Assert.False(float.IsFinite(losses[0]));
            }
        }
    }

    private static void CrossEntropyMatches<T>(float? cap)
        where T : unmanaged, IElement<T>
    {
        const int count = 3;
        const double scale = 0.25;
        foreach (int width in KernelCheck.FewWidths.Append(2100))
        {
            int[] labels = [width - 1, -1, width / 2];
            using var logits = new GuardedRows<T>(count, width, KernelCheck.Noise(43, 9));
            double[] losses = new double[count], gradient = new double[count * width];
            for (int row = 0; row < count; row++)
            {
                double[] z = [.. logits.Exact.Skip(row * width).Take(width).Select(value => cap is { } c ? c * Math.Tanh(value / c) : value)];
                double total = z.Sum(Math.Exp);
                if (labels[row] < 0)
                {
                    continue;
                }

                losses[row] = Math.Log(total) - z[labels[row]];
                for (int column = 0; column < width; column++)
                {
                    double slope = cap is { } c ? 1 - (z[column] * z[column] / (c * c)) : 1;
                    gradient[(row * width) + column] = scale * slope * ((Math.Exp(z[column]) / total) - (column == labels[row] ? 1 : 0));
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var values = new GuardedRows<T>(count, width, KernelCheck.Noise(43, 9));
                double[] rows = new double[count], only = new double[count];
                fixed (int* label = labels)
                fixed (double* loss = rows, plain = only)
                {
                    CrossEntropy.Losses(values.Rows, label, plain, new RowSize(count, width), cap);
                    CrossEntropy.InPlace(values.Rows, label, loss, new RowSize(count, width), (float)scale, cap);
                }

                values.AssertGuards();
                Assert.Equal(rows, only);
                return [.. values.Values, .. rows.Select(value => (float)value)];
            });
            KernelCheck.Close<T>(gradient, actual.AsSpan(0, gradient.Length), absolute: 1e-7, relative: 5e-6);
            KernelCheck.Close<Fp32>(losses, actual.AsSpan(gradient.Length), absolute: 2e-6);
        }
    }
}
