using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>y = x · r ⊙ (w + offset), r = 1 / √(mean x² + ε), row by row; offset 1 is Gemma's form.</summary>
/// <remarks>Zhang and Sennrich 2019, arXiv:1910.07467. Rows may be the heads of a token (query and key norms).</remarks>
internal static unsafe class RmsNorm
{
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[width] and the offset added to it (0 or 1).</param>
    /// <param name="y">[rows, width]; may be x.</param>
    /// <param name="inverse">[rows], receives r for the backward.</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="epsilon">ε.</param>
    public static void Forward<TX, TY>(Rows<TX> x, NormWeight weight, Rows<TY> y, float* inverse, RowSize size, float epsilon)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY> =>
        RowLoop.Run(new ForwardKernel<TX, TY>(x, weight, y, inverse, size.Width, epsilon), size.Count, 2 * size.Width);

    /// <summary>dx (+)= r g − x (r³ / width) Σ(g ⊙ x), g = dy ⊙ (w + offset).</summary>
    /// <param name="x">As forward; must not have been overwritten.</param>
    /// <param name="weight">As forward.</param>
    /// <param name="inverse">[rows], as written forward.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="dx">[rows, width]; may be dy when not accumulating.</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="accumulate">Add to dx instead of overwriting it.</param>
    public static void Backward<TX, TG, TD>(Rows<TX> x, NormWeight weight, float* inverse, Rows<TG> dy, Rows<TD> dx, RowSize size, bool accumulate)
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
        where TD : unmanaged, IElement<TD> =>
        RowLoop.Run(new BackwardKernel<TX, TG, TD>(x, weight, inverse, dy, dx, size.Width, accumulate), size.Count, 3 * size.Width);

    /// <summary>dw += Σ over rows of dy ⊙ x · r, rows in order.</summary>
    /// <param name="x">As forward.</param>
    /// <param name="inverse">[rows], as written forward.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="dw">[width].</param>
    /// <param name="size">Rows and width.</param>
    public static void WeightGradient<TX, TG>(Rows<TX> x, float* inverse, Rows<TG> dy, float* dw, RowSize size)
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG> =>
        ColumnLoop.Run(new WeightKernel<TX, TG>(x, inverse, dy, dw, size), size);

    private readonly struct ForwardKernel<TX, TY>(Rows<TX> x, NormWeight weight, Rows<TY> y, float* inverse, int width, float epsilon) : IRowKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            Fp32* w = (Fp32*)weight.Values;
            var offset = TLanes.Create(weight.Offset);
            for (int row = first; row < end; row++)
            {
                TX* source = x[row];
                TY* target = y[row];
                var squares = TLanes.Create(0);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    squares = AddSquares(squares, source + at, Lanes.Count);
                }

                if (whole < width)
                {
                    squares = AddSquares(squares, source + whole, width - whole);
                }

                float r = 1 / MathF.Sqrt((TLanes.Sum(squares) / width) + epsilon);
                inverse[row] = r;
                var factor = TLanes.Create(r);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    Write(source + at, w + at, target + at, factor, offset, Lanes.Count);
                }

                if (whole < width)
                {
                    Write(source + whole, w + whole, target + whole, factor, offset, width - whole);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes AddSquares<TLanes>(TLanes sum, TX* source, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var value = TX.Load<TLanes>(source, count);
            return TLanes.MultiplyAdd(value, value, sum);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write<TLanes>(TX* source, Fp32* w, TY* target, TLanes factor, TLanes offset, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            TY.Store(target, TX.Load<TLanes>(source, count) * factor * (Fp32.Load<TLanes>(w, count) + offset), count);
    }

    private readonly struct BackwardKernel<TX, TG, TD>(Rows<TX> x, NormWeight weight, float* inverse, Rows<TG> dy, Rows<TD> dx, int width, bool accumulate) : IRowKernel
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
        where TD : unmanaged, IElement<TD>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            bool add = accumulate;
            Fp32* w = (Fp32*)weight.Values;
            var offset = TLanes.Create(weight.Offset);
            for (int row = first; row < end; row++)
            {
                TX* source = x[row];
                TG* gradient = dy[row];
                TD* target = dx[row];
                var products = TLanes.Create(0);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    products = AddProducts(products, source + at, gradient + at, w + at, offset, Lanes.Count);
                }

                if (whole < width)
                {
                    products = AddProducts(products, source + whole, gradient + whole, w + whole, offset, width - whole);
                }

                float r = inverse[row];
                var factor = TLanes.Create(r);
                var back = TLanes.Create(-TLanes.Sum(products) * r * r * r / width);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    Write(source + at, gradient + at, w + at, target + at, (factor, back, offset), add, Lanes.Count);
                }

                if (whole < width)
                {
                    Write(source + whole, gradient + whole, w + whole, target + whole, (factor, back, offset), add, width - whole);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes AddProducts<TLanes>(TLanes sum, TX* source, TG* gradient, Fp32* w, TLanes offset, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            TLanes.MultiplyAdd(TG.Load<TLanes>(gradient, count) * (Fp32.Load<TLanes>(w, count) + offset), TX.Load<TLanes>(source, count), sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write<TLanes>(TX* source, TG* gradient, Fp32* w, TD* target, (TLanes Factor, TLanes Back, TLanes Offset) row, bool add, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var g = TG.Load<TLanes>(gradient, count) * (Fp32.Load<TLanes>(w, count) + row.Offset);
            var value = TLanes.MultiplyAdd(row.Back, TX.Load<TLanes>(source, count), g * row.Factor);
            TD.Store(target, add ? TD.Load<TLanes>(target, count) + value : value, count);
        }
    }

    private readonly struct WeightKernel<TX, TG>(Rows<TX> x, float* inverse, Rows<TG> dy, float* dw, RowSize size) : IColumnKernel
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
    {
        public void Run<TLanes>(int column, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var sum = Fp32.Load<TLanes>((Fp32*)dw + column, count);
            for (int row = 0; row < size.Count; row++)
            {
                var normalised = TX.Load<TLanes>(x[row] + column, count) * TLanes.Create(inverse[row]);
                sum = TLanes.MultiplyAdd(TG.Load<TLanes>(dy[row] + column, count), normalised, sum);
            }

            Fp32.Store((Fp32*)dw + column, sum, count);
        }
    }
}
