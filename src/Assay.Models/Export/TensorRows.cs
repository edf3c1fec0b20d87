using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>Hands a tensor over in pieces, so that only a piece is converted at a time.</summary>
internal static class TensorRows
{
    private const long PieceElements = 1 << 22;

    /// <summary>Calls <paramref name="take"/> with pieces of whole rows, in order, converted to <paramref name="type"/>.</summary>
    /// <typeparam name="T">Element as C# sees it; bytes for any type.</typeparam>
    /// <param name="tensor">Any shape with at least one axis.</param>
    /// <param name="type">Type to convert to.</param>
    /// <param name="take">Gets the elements, row-major.</param>
    public static void Each<T>(Tensor tensor, ScalarType type, ReadOnlySpanAction<T> take)
        where T : unmanaged
    {
        using var off = no_grad();
        long rows = tensor.shape[0];
        long step = Math.Max(1, PieceElements / Math.Max(1, tensor.numel() / Math.Max(1, rows)));
        for (long row = 0; row < rows; row += step)
        {
            using var scope = NewDisposeScope();
            var piece = tensor.narrow(0, row, Math.Min(step, rows - row)).to(type).contiguous();
            take(MemoryMarshal.Cast<byte, T>(piece.bytes));
        }
    }
}
