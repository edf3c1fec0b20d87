using System.Runtime.CompilerServices;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Blocks;

/// <summary>The residual stream after a branch: result = stream + branch, in one pass and without a copy of the stream before it.</summary>
internal static class ResidualSum
{
    /// <param name="stream">[rows, width].</param>
    /// <param name="branch">[rows, width].</param>
    /// <param name="result">[rows, width]; may be the stream.</param>
    /// <param name="size">Rows and width.</param>
    public static void Run<T>(Rows<Fp32> stream, Rows<T> branch, Rows<Fp32> result, RowSize size)
        where T : unmanaged, IElement<T> => ElementLoop.Run(new Kernel<T>(stream, branch, result), size);

    private readonly unsafe struct Kernel<T>(Rows<Fp32> stream, Rows<T> branch, Rows<Fp32> result) : IElementKernel
        where T : unmanaged, IElement<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            Fp32.Store(result[row] + at, Fp32.Load<TLanes>(stream[row] + at, count) + T.Load<TLanes>(branch[row] + at, count), count);
    }
}
