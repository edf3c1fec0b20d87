using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Rows picked by index and added back by index.</summary>
internal static unsafe class RowGather
{
    /// <summary>y_i = factor · table[index_i].</summary>
    /// <param name="table">[entries, width].</param>
    /// <param name="index">[rows], each in 0..entries−1; the caller has checked.</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="size">Rows of y and width.</param>
    /// <param name="factor">On every element.</param>
    public static void Gather<TX, TY>(Rows<TX> table, int* index, Rows<TY> y, RowSize size, float factor = 1)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY> =>
        ElementLoop.Run(new GatherKernel<TX, TY>(table, index, y, factor), size);

    /// <summary>target[index_i] += factors_i · x_i, in the order of i, also where an index repeats.</summary>
    /// <param name="target">[entries, width], fp32.</param>
    /// <param name="index">[rows], each in 0..entries−1.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="factors">[rows], or null for 1.</param>
    /// <param name="size">Rows of x and width.</param>
    public static void ScatterAdd<T>(Rows<Fp32> target, int* index, Rows<T> x, float* factors, RowSize size)
        where T : unmanaged, IElement<T> =>
        ColumnLoop.Run(new ScatterKernel<T>(target, index, x, factors, size.Count), size);

    private readonly struct GatherKernel<TX, TY>(Rows<TX> table, int* index, Rows<TY> y, float factor) : IElementKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            TY.Store(y[row] + at, TX.Load<TLanes>(table[index[row]] + at, count) * TLanes.Create(factor), count);
    }

    private readonly struct ScatterKernel<T>(Rows<Fp32> target, int* index, Rows<T> x, float* factors, int rows) : IColumnKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int column, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int row = 0; row < rows; row++)
            {
                Fp32* sum = target[index[row]] + column;
                var factor = TLanes.Create(factors == null ? 1 : factors[row]);
                Fp32.Store(sum, TLanes.MultiplyAdd(T.Load<TLanes>(x[row] + column, count), factor, Fp32.Load<TLanes>(sum, count)), count);
            }
        }
    }
}
