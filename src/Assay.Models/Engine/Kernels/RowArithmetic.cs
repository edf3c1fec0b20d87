using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Sums, factors and conversions of rows. Arithmetic is fp32 and rounds once, at the store.</summary>
internal static unsafe class RowArithmetic
{
    /// <summary>y = x, in y's element type.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="y">[rows, width]; may be x if the types are equal.</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="factor">On every element.</param>
    public static void Convert<TX, TY>(Rows<TX> x, Rows<TY> y, RowSize size, float factor = 1)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY> =>
        ElementLoop.Run(new ConvertKernel<TX, TY>(x, y, factor), size);

    /// <summary>x = factor · x.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="factor">On every element.</param>
    /// <param name="size">Rows and width.</param>
    public static void Scale<T>(Rows<T> x, float factor, RowSize size)
        where T : unmanaged, IElement<T> => Convert(x, x, size, factor);

    /// <summary>x_i = factors_i · x_i.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="factors">[rows].</param>
    /// <param name="size">Rows and width.</param>
    public static void ScaleEach<T>(Rows<T> x, float* factors, RowSize size)
        where T : unmanaged, IElement<T> => ElementLoop.Run(new ScaleEachKernel<T>(x, factors), size);

    /// <summary>y += factor · x.</summary>
    /// <param name="y">[rows, width].</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="factor">On every element of x.</param>
    public static void Add<TY, TX>(Rows<TY> y, Rows<TX> x, RowSize size, float factor = 1)
        where TY : unmanaged, IElement<TY>
        where TX : unmanaged, IElement<TX> =>
        ElementLoop.Run(new AddKernel<TY, TX>(y, x, factor), size);

    /// <summary>y_i += bias for every row; also adds position embeddings or any single row.</summary>
    /// <param name="y">[rows, width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="size">Rows and width.</param>
    public static void AddBias<TY, TX>(Rows<TY> y, TX* bias, RowSize size)
        where TY : unmanaged, IElement<TY>
        where TX : unmanaged, IElement<TX> => Add(y, new Rows<TX>(bias, 0), size);

    /// <summary>sums += Σ over rows of x, rows in order: the gradient of a bias.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="sums">[width].</param>
    /// <param name="size">Rows and width.</param>
    public static void AddColumnSums<T>(Rows<T> x, float* sums, RowSize size)
        where T : unmanaged, IElement<T> => ColumnLoop.Run(new ColumnSumKernel<T>(x, sums, size.Count), size);

    /// <summary>results_i = ⟨x_i, y_i⟩: the gradient of a row's factor.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="results">[rows].</param>
    /// <param name="size">Rows and width.</param>
    public static void Dot<TX, TY>(Rows<TX> x, Rows<TY> y, float* results, RowSize size)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY> =>
        RowLoop.Run(new DotKernel<TX, TY>(x, y, results, size.Width), size.Count, size.Width);

    private readonly struct ConvertKernel<TX, TY>(Rows<TX> x, Rows<TY> y, float factor) : IElementKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            TY.Store(y[row] + at, TX.Load<TLanes>(x[row] + at, count) * TLanes.Create(factor), count);
    }

    private readonly struct ScaleEachKernel<T>(Rows<T> x, float* factors) : IElementKernel
        where T : unmanaged, IElement<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            T.Store(x[row] + at, T.Load<TLanes>(x[row] + at, count) * TLanes.Create(factors[row]), count);
    }

    private readonly struct AddKernel<TY, TX>(Rows<TY> y, Rows<TX> x, float factor) : IElementKernel
        where TY : unmanaged, IElement<TY>
        where TX : unmanaged, IElement<TX>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            TY* target = y[row] + at;
            TY.Store(target, TLanes.MultiplyAdd(TX.Load<TLanes>(x[row] + at, count), TLanes.Create(factor), TY.Load<TLanes>(target, count)), count);
        }
    }

    private readonly struct ColumnSumKernel<T>(Rows<T> x, float* sums, int rows) : IColumnKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int column, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var sum = Fp32.Load<TLanes>((Fp32*)sums + column, count);
            for (int row = 0; row < rows; row++)
            {
                sum += T.Load<TLanes>(x[row] + column, count);
            }

            Fp32.Store((Fp32*)sums + column, sum, count);
        }
    }

    private readonly struct DotKernel<TX, TY>(Rows<TX> x, Rows<TY> y, float* results, int width) : IRowKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            for (int row = first; row < end; row++)
            {
                TX* left = x[row];
                TY* right = y[row];
                var sum = TLanes.Create(0);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    sum = TLanes.MultiplyAdd(TX.Load<TLanes>(left + at, Lanes.Count), TY.Load<TLanes>(right + at, Lanes.Count), sum);
                }

                if (whole < width)
                {
                    sum = TLanes.MultiplyAdd(TX.Load<TLanes>(left + whole, width - whole), TY.Load<TLanes>(right + whole, width - whole), sum);
                }

                results[row] = TLanes.Sum(sum);
            }
        }
    }
}
