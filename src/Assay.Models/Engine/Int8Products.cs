using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>Whether libtorch's 8-bit products are exact here, found by trying.</summary>
/// <remarks>Processors without a dot-product instruction add pairs in 16 bits, where large codes saturate; no flag that .NET shows says so.</remarks>
internal static class Int8Products
{
    private static readonly Lazy<bool> Exact = new(Try);

    /// <exception cref="NotSupportedException">They are not.</exception>
    public static void Require()
    {
        if (!Exact.Value)
        {
            throw new NotSupportedException("This processor's 8-bit products are not exact, so the base cannot be kept in int8; use bf16 or NF4.");
        }
    }

    private static bool Try()
    {
        using var scope = NewDisposeScope();
        const int rows = 32, inner = 96, columns = 48;
        var left = full([rows, inner], 127, ScalarType.Int8);
        var right = full([columns, inner], -127, ScalarType.Int8);
        var sums = empty([rows, columns], ScalarType.Int32);
        AotiTorch.IntMatMul(sums, left, right.t());
        return sums.eq(-127 * 127 * inner).all().item<bool>();
    }
}
