using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Rows as 8-bit codes with one scale each, and sums of code products back to numbers.</summary>
internal static unsafe class Int8Rows
{
    private const float Largest = 127;

    /// <summary>scale_i = largest |x_i ⊙ factors| / 127, codes_i = round(x_i ⊙ factors / scale_i).</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="factors">[width], or null for 1.</param>
    /// <param name="codes">[rows, width], contiguous.</param>
    /// <param name="scales">[rows]; 0 for a row of zeros, NaN for a row with an element that is no finite number.</param>
    /// <param name="size">Rows and width.</param>
    public static void Quantise<T>(Rows<T> x, float* factors, sbyte* codes, float* scales, RowSize size)
        where T : unmanaged, IElement<T> =>
        RowLoop.Run(new QuantiseKernel<T>(x, factors, codes, scales, size.Width), size.Count, 3L * size.Width);

    /// <summary>y_i (+)= sums_i · rowScales_i ⊙ columnScales.</summary>
    /// <param name="sums">[rows, width], contiguous.</param>
    /// <param name="rowScales">[rows].</param>
    /// <param name="columnScales">[width], or null for 1.</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="accumulate">Add to y instead of overwriting it.</param>
    public static void Expand<T>(int* sums, float* rowScales, float* columnScales, Rows<T> y, RowSize size, bool accumulate)
        where T : unmanaged, IElement<T> =>
        ElementLoop.Run(new ExpandKernel<T>(sums, rowScales, columnScales, y, size.Width, accumulate), size, 2);

    private readonly struct QuantiseKernel<T>(Rows<T> x, float* factors, sbyte* codes, float* scales, int width) : IRowKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            for (int row = first; row < end; row++)
            {
                T* source = x[row];
                sbyte* target = codes + ((long)row * width);
                var seen = (Largest: TLanes.Create(0), Bad: TLanes.Create(0));
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    seen = Look(seen, source, at, Lanes.Count);
                }

                if (whole < width)
                {
                    seen = Look(seen, source, whole, width - whole);
                }

                float largest = TLanes.Largest(seen.Largest);
                scales[row] = (largest / Largest) + TLanes.Sum(seen.Bad);
                var inverse = TLanes.Create(largest > 0 ? Largest / largest : 0);
                var limit = TLanes.Create(Largest);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    TLanes.StoreInt8(target + at, Bounded(Value<TLanes>(source, at, Lanes.Count) * inverse, limit), Lanes.Count);
                }

                if (whole < width)
                {
                    TLanes.StoreInt8(target + whole, Bounded(Value<TLanes>(source, whole, width - whole) * inverse, limit), width - whole);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TLanes Value<TLanes>(T* source, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var value = T.Load<TLanes>(source + at, count);
            return factors == null ? value : value * Fp32.Load<TLanes>((Fp32*)factors + at, count);
        }

        // Infinity and NaN times 0 are NaN, and NaN stays in a sum; the comparisons of a maximum would lose it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private (TLanes Largest, TLanes Bad) Look<TLanes>((TLanes Largest, TLanes Bad) seen, T* source, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var value = Value<TLanes>(source, at, count);
            var zero = TLanes.Create(0);
            return (TLanes.Max(TLanes.Max(value, zero - value), seen.Largest), TLanes.MultiplyAdd(value, zero, seen.Bad));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Bounded<TLanes>(TLanes value, TLanes limit)
            where TLanes : unmanaged, ILanes<TLanes> => TLanes.Max(TLanes.Min(value, limit), TLanes.Create(0) - limit);
    }

    private readonly struct ExpandKernel<T>(int* sums, float* rowScales, float* columnScales, Rows<T> y, int width, bool accumulate) : IElementKernel
        where T : unmanaged, IElement<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            T* target = y[row] + at;
            var value = TLanes.LoadInt32(sums + ((long)row * width) + at, count) * TLanes.Create(rowScales[row]);
            if (columnScales != null)
            {
                value *= Fp32.Load<TLanes>((Fp32*)columnScales + at, count);
            }

            T.Store(target, accumulate ? T.Load<TLanes>(target, count) + value : value, count);
        }
    }
}
