using System.Diagnostics;
using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>Whether this machine multiplies faster in fp32 or in bf16, found by trying.</summary>
/// <remarks>Without avx512_bf16 or AMX a bf16 product is emulated and loses; no flag of the processor says how much.</remarks>
public static class ProductTiming
{
    private const int Rounds = 5;

    private static readonly Lazy<(double Fp32, double Bf16)> Measured = new(() => (Seconds(ScalarType.Float32), Seconds(ScalarType.BFloat16)));

    /// <summary>The faster of <see cref="FrozenFormat.Fp32"/> and <see cref="FrozenFormat.Bf16"/>; measured once per process, about 50 ms.</summary>
    public static FrozenFormat Faster => Measured.Value.Bf16 < Measured.Value.Fp32 ? FrozenFormat.Bf16 : FrozenFormat.Fp32;

    /// <summary>Best time of a 512 × 896 × 4864 product, seconds.</summary>
    private static double Seconds(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var left = ones(512, 896, type);
        var right = ones(4864, 896, type).t();
        var product = empty(512, 4864, type);
        AotiTorch.MatMul(product, left, right);
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            AotiTorch.MatMul(product, left, right);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }
}
