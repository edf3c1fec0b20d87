using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

/// <summary>Runs a kernel in every variant of this machine and against a double-precision oracle.</summary>
internal static class KernelCheck
{
    /// <summary>Every width up to 70 and some large ones.</summary>
    public static IEnumerable<int> Widths => [.. Enumerable.Range(1, 70), 96, 129, 576, 1000];

    /// <summary>A few widths, for kernels that are slow to check.</summary>
    public static IEnumerable<int> FewWidths => [.. Enumerable.Range(1, 35), 48, 63, 64, 65, 200];

    /// <summary>Results of all variants, which must be the same bits.</summary>
    public static float[] Variants(Func<float[]> run)
    {
        float[]? expected = null;
        var first = KernelSet.Supported[0];
        foreach (var set in KernelSet.Supported)
        {
            float[] actual = [];
            KernelSet.With(set, () => actual = run());
            expected ??= actual;
            Assert.Equal(expected.Length, actual.Length);
            for (int index = 0; index < actual.Length; index++)
            {
                bool same = BitConverter.SingleToInt32Bits(actual[index]) == BitConverter.SingleToInt32Bits(expected[index]) || (float.IsNaN(actual[index]) && float.IsNaN(expected[index]));
                Assert.True(same, $"element {index}: {set} gives {actual[index]:g9}, {first} {expected[index]:g9}");
            }
        }

        return expected!;
    }

    /// <summary>Within a relative and an absolute distance, and within rounding of the stored type.</summary>
    public static void Close<T>(double[] expected, ReadOnlySpan<float> actual, double relative = 2e-6, double absolute = 1e-6)
        where T : unmanaged, IElement<T>
    {
        double rounding = typeof(T) == typeof(Bf16) ? 1.0 / 256 : 0;
        Assert.Equal(expected.Length, actual.Length);
        for (int index = 0; index < expected.Length; index++)
        {
            double allowed = absolute + ((relative + rounding) * Math.Abs(expected[index]));
            Assert.True(Math.Abs(expected[index] - actual[index]) <= allowed, $"element {index} of {expected.Length}: {actual[index]:g9}, expected {expected[index]:g9}");
        }
    }

    /// <summary>Reproducible values in −range..range.</summary>
    public static Func<int, int, double> Noise(ulong seed, double range = 1)
    {
        var random = new CounterRandom(seed, "kernel test");
        return (row, column) => range * ((2 * random.Uniform((row * 65_536L) + column)) - 1);
    }
}
