using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed class ActivationKernelTests
{
    [Theory]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.GeluTanh)]
    public void Activations_and_their_gradients_match_the_formulas(Activation act)
    {
        Gated<Fp32>(act);
        Gated<Bf16>(act);
        Plain<Fp32>(act);
        Plain<Bf16>(act);
    }

    private static void Gated<T>(Activation act)
        where T : unmanaged, IElement<T>
    {
        foreach (int width in KernelCheck.FewWidths)
        {
            const int count = 2;
            var size = new RowSize(count, width);
            GuardedRows<T> GateUp() => new(count, 2 * width, KernelCheck.Noise(8, 6));
            using var dy = new GuardedRows<T>(count, width, KernelCheck.Noise(9));
            using var inputs = GateUp();
            double[] y = new double[count * width], gradient = new double[2 * count * width];
            double[] values = inputs.Exact, upstream = dy.Exact;
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    int gate = (row * 2 * width) + column;
                    double up = values[gate + width];
                    double d = upstream[(row * width) + column];
                    var (value, slope) = Exact(act, values[gate]);
                    y[(row * width) + column] = value * up;
                    gradient[gate] = d * up * slope;
                    gradient[gate + width] = d * value;
                }
            }

            float[] actual = KernelCheck.Variants(() =>
            {
                using var gateUp = GateUp();
                using var forward = new GuardedRows<T>(count, width, gap: 5);
                using var again = new GuardedRows<T>(count, width, gap: 2);
                GatedActivation.Forward(act, gateUp.Rows, forward.Rows, size);
                GatedActivation.Backward(act, gateUp.Rows, dy.Rows, again.Rows, size);
                gateUp.AssertGuards();
                forward.AssertGuards();
                again.AssertGuards();
                return [.. forward.Values, .. again.Values, .. gateUp.Values];
            });
            KernelCheck.Close<T>([.. y, .. y, .. gradient], actual, absolute: 3e-6);
        }
    }

    private static void Plain<T>(Activation act)
        where T : unmanaged, IElement<T>
    {
        foreach (int width in KernelCheck.FewWidths)
        {
            const int count = 2;
            var size = new RowSize(count, width);
            GuardedRows<T> Input() => new(count, width, KernelCheck.Noise(10, 6));
            using var dy = new GuardedRows<T>(count, width, KernelCheck.Noise(11));
            using var inputs = Input();
            double[] upstream = dy.Exact;
            double[] y = [.. inputs.Exact.Select(x => Exact(act, x).Value)];
            double[] dx = [.. inputs.Exact.Select((x, index) => Exact(act, x).Slope * upstream[index])];
            float[] actual = KernelCheck.Variants(() =>
            {
                using var x = Input();
                using var forward = new GuardedRows<T>(count, width, gap: 5);
                using var again = new GuardedRows<T>(count, width, gap: 2);
                PlainActivation.Forward(act, x.Rows, forward.Rows, size);
                PlainActivation.Backward(act, x.Rows, dy.Rows, again.Rows, size);
                x.AssertGuards();
                forward.AssertGuards();
                again.AssertGuards();
                return [.. forward.Values, .. again.Values, .. x.Values];
            });
            KernelCheck.Close<T>([.. y, .. y, .. dx], actual, absolute: 1e-6);
        }
    }

    private static (double Value, double Slope) Exact(Activation act, double x)
    {
        double Value(double at) => act switch
        {
            Activation.Silu => at / (1 + Math.Exp(-at)),
            Activation.Gelu => at * NormalDistribution(at),
            _ => 0.5 * at * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (at + (0.044715 * at * at * at)))),
        };
        const double step = 1e-4;

        // Fourth-order difference: error about 1e-12 here.
        return (Value(x), ((8 * (Value(x + step) - Value(x - step))) - (Value(x + (2 * step)) - Value(x - (2 * step)))) / (12 * step));
    }

    // Sum of the density from 0, by its power series.
    private static double NormalDistribution(double x)
    {
        double term = x, sum = x;
        for (int k = 1; k < 400; k++)
        {
            term *= x * x / ((2 * k) + 1);
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}
