using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>y = (x − μ) · r ⊙ w + b, r = 1 / √(var x + ε), row by row.</summary>
/// <remarks>Ba et al. 2016, arXiv:1607.06450; the variance divides by the width.</remarks>
internal static unsafe class LayerNorm
{
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="bias">[width], or null for none.</param>
    /// <param name="y">[rows, width]; may be x.</param>
    /// <param name="moments">[rows, 2], receives μ and r for the backward.</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="epsilon">ε.</param>
    public static void Forward<TX, TY>(Rows<TX> x, float* weight, float* bias, Rows<TY> y, float* moments, RowSize size, float epsilon)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY> =>
        RowLoop.Run(new ForwardKernel<TX, TY>(x, weight, bias, y, moments, size.Width, epsilon), size.Count, 3 * size.Width);

    /// <summary>dx (+)= r (g − mean g − x̂ mean(g ⊙ x̂)), x̂ = (x − μ) r, g = dy ⊙ w.</summary>
    /// <param name="x">As forward; must not have been overwritten.</param>
    /// <param name="weight">As forward.</param>
    /// <param name="moments">As written forward.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="dx">[rows, width]; may be dy when not accumulating.</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="accumulate">Add to dx instead of overwriting it.</param>
    public static void Backward<TX, TG, TD>(Rows<TX> x, float* weight, float* moments, Rows<TG> dy, Rows<TD> dx, RowSize size, bool accumulate)
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
        where TD : unmanaged, IElement<TD> =>
        RowLoop.Run(new BackwardKernel<TX, TG, TD>(x, weight, moments, dy, dx, size.Width, accumulate), size.Count, 3 * size.Width);

    /// <summary>dw += Σ dy ⊙ x̂ and db += Σ dy over the rows, in order.</summary>
    /// <param name="x">As forward.</param>
    /// <param name="moments">As written forward.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="dw">[width].</param>
    /// <param name="db">[width], or null for none.</param>
    /// <param name="size">Rows and width.</param>
    public static void WeightGradient<TX, TG>(Rows<TX> x, float* moments, Rows<TG> dy, float* dw, float* db, RowSize size)
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
    {
        ColumnLoop.Run(new WeightKernel<TX, TG>(x, moments, dy, dw, size), size);
        if (db != null)
        {
            RowArithmetic.AddColumnSums(dy, db, size);
        }
    }

    private readonly struct ForwardKernel<TX, TY>(Rows<TX> x, float* weight, float* bias, Rows<TY> y, float* moments, int width, float epsilon) : IRowKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            for (int row = first; row < end; row++)
            {
                TX* source = x[row];
                TY* target = y[row];
                var total = TLanes.Create(0);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    total += TX.Load<TLanes>(source + at, Lanes.Count);
                }

                if (whole < width)
                {
                    total += TX.Load<TLanes>(source + whole, width - whole);
                }

                float mean = TLanes.Sum(total) / width;
                var centre = TLanes.Create(mean);
                var squares = TLanes.Create(0);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    var value = TX.Load<TLanes>(source + at, Lanes.Count) - centre;
                    squares = TLanes.MultiplyAdd(value, value, squares);
                }

                float variance = TLanes.Sum(squares);
                for (int at = whole; at < width; at++)
                {
                    // One by one: the empty lanes of a partial load would count as −μ.
                    float value = TX.ToSingle(source[at]) - mean;
                    variance += value * value;
                }

                float r = 1 / MathF.Sqrt((variance / width) + epsilon);
                moments[2 * row] = mean;
                moments[(2 * row) + 1] = r;
                var factor = TLanes.Create(r);
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    Write(source + at, at, target + at, centre, factor, Lanes.Count);
                }

                if (whole < width)
                {
                    Write(source + whole, whole, target + whole, centre, factor, width - whole);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Write<TLanes>(TX* source, int at, TY* target, TLanes centre, TLanes factor, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var value = (TX.Load<TLanes>(source, count) - centre) * factor * Fp32.Load<TLanes>((Fp32*)weight + at, count);
            TY.Store(target, bias == null ? value : value + Fp32.Load<TLanes>((Fp32*)bias + at, count), count);
        }
    }

    private readonly struct BackwardKernel<TX, TG, TD>(Rows<TX> x, float* weight, float* moments, Rows<TG> dy, Rows<TD> dx, int width, bool accumulate) : IRowKernel
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
        where TD : unmanaged, IElement<TD>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            bool add = accumulate;
            Fp32* w = (Fp32*)weight;
            for (int row = first; row < end; row++)
            {
                TX* source = x[row];
                TG* gradient = dy[row];
                TD* target = dx[row];
                float r = moments[(2 * row) + 1];
                var moment = (Centre: TLanes.Create(moments[2 * row]), Factor: TLanes.Create(r));
                var sums = (Plain: TLanes.Create(0), Products: TLanes.Create(0));
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    sums = AddSums(sums, source + at, gradient + at, w + at, moment, Lanes.Count);
                }

                if (whole < width)
                {
                    sums = AddSums(sums, source + whole, gradient + whole, w + whole, moment, width - whole);
                }

                var means = (Plain: TLanes.Create(TLanes.Sum(sums.Plain) / width), Products: TLanes.Create(-TLanes.Sum(sums.Products) / width));
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    Write(source + at, gradient + at, w + at, target + at, moment, means, add, Lanes.Count);
                }

                if (whole < width)
                {
                    Write(source + whole, gradient + whole, w + whole, target + whole, moment, means, add, width - whole);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static (TLanes Plain, TLanes Products) AddSums<TLanes>(
            (TLanes Plain, TLanes Products) sums, TX* source, TG* gradient, Fp32* w, (TLanes Centre, TLanes Factor) moment, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            // The empty lanes of a partial load have g = 0, so what x̂ holds there does not count.
            var g = TG.Load<TLanes>(gradient, count) * Fp32.Load<TLanes>(w, count);
            var normalised = (TX.Load<TLanes>(source, count) - moment.Centre) * moment.Factor;
            return (sums.Plain + g, TLanes.MultiplyAdd(g, normalised, sums.Products));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write<TLanes>(
            TX* source, TG* gradient, Fp32* w, TD* target, (TLanes Centre, TLanes Factor) moment, (TLanes Plain, TLanes Products) means, bool add, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var g = TG.Load<TLanes>(gradient, count) * Fp32.Load<TLanes>(w, count);
            var normalised = (TX.Load<TLanes>(source, count) - moment.Centre) * moment.Factor;
            var value = moment.Factor * TLanes.MultiplyAdd(normalised, means.Products, g - means.Plain);
            TD.Store(target, add ? TD.Load<TLanes>(target, count) + value : value, count);
        }
    }

    private readonly struct WeightKernel<TX, TG>(Rows<TX> x, float* moments, Rows<TG> dy, float* dw, RowSize size) : IColumnKernel
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
    {
        public void Run<TLanes>(int column, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var sum = Fp32.Load<TLanes>((Fp32*)dw + column, count);
            for (int row = 0; row < size.Count; row++)
            {
                var normalised = (TX.Load<TLanes>(x[row] + column, count) - TLanes.Create(moments[2 * row])) * TLanes.Create(moments[(2 * row) + 1]);
                sum = TLanes.MultiplyAdd(TG.Load<TLanes>(dy[row] + column, count), normalised, sum);
            }

            Fp32.Store((Fp32*)dw + column, sum, count);
        }
    }
}
