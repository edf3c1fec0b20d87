using System.Buffers;
using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Blocks;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A layer in NF4: 16 levels, one scale per block of the flat rows [O, K] in hub order, also where the base stores [K, O].</summary>
internal sealed unsafe class Nf4Rows : IQuantisedRows
{
    private readonly Nf4Matrix matrix;
    private readonly NativeBytes? own;
    private readonly MemoryHandle codes;
    private readonly float[] levels;
    private readonly int first;
    private readonly int[]? order;
    private readonly RowSize size;

    /// <param name="matrix">The layer; the file that holds its codes stays mapped while this lives.</param>
    /// <param name="block">Its place in hub layout.</param>
    /// <param name="first">First engine row.</param>
    /// <param name="order">Hub row of each engine row, or null for the same order.</param>
    public Nf4Rows(Nf4Matrix matrix, RowBlock block, int first, int[]? order)
    {
        // Codes of a file stay there. Scales are copied: they are small, and their memory may end with the object that read the file.
        own = MemoryMarshal.TryGetArray(matrix.Packed, out _) ? new NativeBytes(matrix.Packed.Span) : null;
        this.matrix = matrix with
        {
            Packed = own?.Memory ?? matrix.Packed,
            Scales = matrix.Scales is DoubleNf4Scales twice
                ? twice with { Codes = twice.Codes.ToArray(), NestedAbsmax = twice.NestedAbsmax.ToArray(), Map = twice.Map.ToArray() }
                : new PlainNf4Scales(matrix.Scales.ToArray()),
        };
        (this.first, this.order) = (first, order);
        size = new RowSize(block.Module.Out, block.Module.In);
        levels = matrix.Levels.ToArray();
        codes = this.matrix.Packed.Pin();
    }

    /// <inheritdoc/>
    public long Bytes => matrix.Packed.Length + (matrix.Scales is DoubleNf4Scales twice ? twice.Codes.Length + (4 * twice.NestedAbsmax.Length) : 4L * matrix.Scales.Count);

    /// <inheritdoc/>
    public void WriteTo(Tensor expanded)
    {
        using var rows = expanded.narrow(0, first, size.Count);
        Expand(rows, order);
    }

    public void Dispose()
    {
        codes.Dispose();
        (own as IDisposable)?.Dispose();
    }

    private void Expand(Tensor rows, int[]? hubRows)
    {
        float[] scales = ArrayPool<float>.Shared.Rent(matrix.Scales.Count);
        matrix.Scales.CopyTo(scales);
        fixed (float* absmax = scales)
        fixed (float* table = levels)
        fixed (int* places = hubRows)
        {
            switch (matrix.Dtype, RowOperators.IsBf16(rows))
            {
                case (TensorDtype.BF16, true):
                    Nf4Dequantise.Run<Bf16, Bf16>((byte*)codes.Pointer, table, absmax, places, RowOperators.Rows<Bf16>(rows), size, matrix.BlockSize);
                    break;
                case (TensorDtype.BF16, false):
                    Nf4Dequantise.Run<Bf16, Fp32>((byte*)codes.Pointer, table, absmax, places, RowOperators.Rows<Fp32>(rows), size, matrix.BlockSize);
                    break;
                case (_, true):
                    // From F16 the rounding to 11 bits on the way is left out: bf16 keeps 8.
                    Nf4Dequantise.Run<Fp32, Bf16>((byte*)codes.Pointer, table, absmax, places, RowOperators.Rows<Bf16>(rows), size, matrix.BlockSize);
                    break;
                case (TensorDtype.F16, false):
                    ExpandHalf(rows, hubRows, scales);
                    break;
                default:
                    Nf4Dequantise.Run<Fp32, Fp32>((byte*)codes.Pointer, table, absmax, places, RowOperators.Rows<Fp32>(rows), size, matrix.BlockSize);
                    break;
            }
        }

        ArrayPool<float>.Shared.Return(scales);
    }

    /// <summary>Exact and slow: fp32 products are for comparing with references.</summary>
    private void ExpandHalf(Tensor rows, int[]? hubRows, float[] scales)
    {
        var target = RowOperators.Rows<float>(rows);
        for (int row = 0; row < size.Count; row++)
        {
            matrix.Dequantise((long)(hubRows?[row] ?? row) * size.Width, scales, new Span<float>(target[row], size.Width));
        }
    }
}
