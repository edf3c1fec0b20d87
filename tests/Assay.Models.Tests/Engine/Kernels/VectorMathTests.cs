using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

public sealed unsafe class VectorMathTests
{
    private enum Function
    {
        Exp,
        Sigmoid,
        Tanh,
        Normal,
        Density,
    }

    [Fact]
    public void The_exponential_is_within_2e_7_of_the_true_one() => Relative(Function.Exp, Math.Exp, -87, 88, 2e-7);

    [Fact]
    public void The_sigmoid_is_within_3e_7_of_the_true_one() => Relative(Function.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -80, 80, 3e-7);

    [Fact]
    public void The_hyperbolic_tangent_is_within_4e_7_of_the_true_one_also_near_0()
    {
        Relative(Function.Tanh, Math.Tanh, -12, 12, 4e-7);
        Relative(Function.Tanh, Math.Tanh, -1e-3, 1e-3, 4e-7);
    }

    [Fact]
    public void The_normal_distribution_is_within_4e_7_of_the_true_one()
    {
        // The tail's relative error grows with x², from rounding the exponent.
        Relative(Function.Normal, Distribution, -3, 8, 1e-6);
        Relative(Function.Density, x => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI), -3, 3, 1e-6);
        Assert.All(Compute(Function.Normal, [-40, -20, 20, 40]), value => Assert.True(value is 0 or 1));
    }

    [Fact]
    public void Not_a_number_stays_not_a_number_and_overflow_stays_bounded()
    {
        Assert.All(Enum.GetValues<Function>(), function => Assert.All(Compute(function, [float.NaN]), value => Assert.True(float.IsNaN(value))));
        float[] ends = Compute(Function.Exp, [float.NegativeInfinity, -1000, 1000, float.PositiveInfinity]);
        Assert.Equal([0, 0], ends[..2]);
        Assert.All(ends[2..], value => Assert.True(value > 1e38f));
    }

    private static double Distribution(double x)
    {
        // Series for the middle, continued fraction for the tails; both converge to double precision here.
        double size = Math.Abs(x);
        double upper;
        if (size < 3)
        {
            double term = size, sum = size;
            for (int k = 1; k < 200; k++)
            {
                term *= size * size / ((2 * k) + 1);
                sum += term;
            }

            upper = 0.5 - (sum * Math.Exp(-size * size / 2) / Math.Sqrt(2 * Math.PI));
        }
        else
        {
            double fraction = size;
            for (int k = 200; k > 0; k--)
            {
                fraction = size + (k / fraction);
            }

            upper = Math.Exp(-size * size / 2) / Math.Sqrt(2 * Math.PI) / fraction;
        }

        return x < 0 ? upper : 1 - upper;
    }

    private static void Relative(Function function, Func<double, double> exact, double from, double to, double limit)
    {
        const int points = 20_000;
        float[] inputs = [.. Enumerable.Range(0, points + 1).Select(index => (float)(from + ((to - from) * index / points)))];
        float[] actual = Compute(function, inputs);
        double worst = inputs.Select((x, index) => exact(x) == 0 ? Math.Abs(actual[index]) : Math.Abs((actual[index] / exact(x)) - 1)).Max();
        Assert.True(worst <= limit, $"{function}: {worst:g3}");
    }

    private static float[] Compute(Function function, float[] inputs) => KernelCheck.Variants(() =>
    {
        float[] result = new float[inputs.Length];
        fixed (float* source = inputs, target = result)
        {
            ElementLoop.Run(new Kernel(source, target, function), new RowSize(1, inputs.Length));
        }

        return result;
    });

    private readonly struct Kernel(float* source, float* target, Function function) : IElementKernel
    {
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var x = Fp32.Load<TLanes>((Fp32*)source + at, count);
            var y = function switch
            {
                Function.Exp => VectorMath.Exp(x),
                Function.Sigmoid => VectorMath.Sigmoid(x),
                Function.Tanh => VectorMath.Tanh(x),
                Function.Normal => VectorMath.Normal(x).Distribution,
                _ => VectorMath.Normal(x).Density,
            };
            Fp32.Store((Fp32*)target + at, y, count);
        }
    }
}
