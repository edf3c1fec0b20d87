namespace Assay.Models.Engine.Kernels;

/// <summary>Softmax over the visible keys of square score matrices, and its gradient, in place.</summary>
internal static unsafe class CausalSoftmax
{
    /// <summary>Row q of each matrix becomes softmax(scale · x + slope · key) over keys max(0, q − window + 1)..q and 0 elsewhere.</summary>
    /// <param name="scores">[matrices · tokens, tokens]; query · key.</param>
    /// <param name="size">Rows (matrices · tokens) and width (tokens).</param>
    /// <param name="scale">On each score.</param>
    /// <param name="window">Keys visible to a query, or null for all before it.</param>
    /// <param name="slopes">[matrices] ALiBi slopes, or null.</param>
    public static void Forward<T>(Rows<T> scores, RowSize size, float scale, int? window = null, float* slopes = null)
        where T : unmanaged, IElement<T> =>
        RowLoop.Run(new ForwardKernel<T>(scores, size.Width, scale, window ?? int.MaxValue, slopes), size.Count, 8L * size.Width);

    /// <summary>dP becomes scale · P ⊙ (dP − Σ P ⊙ dP): the gradient of the unscaled scores.</summary>
    /// <param name="probabilities">[rows, width], as written forward.</param>
    /// <param name="gradient">[rows, width], in and out; what it holds where a key is not visible does not count.</param>
    /// <param name="size">Rows (matrices · tokens) and width (tokens).</param>
    /// <param name="scale">As forward.</param>
    public static void Backward<TP, TG>(Rows<TP> probabilities, Rows<TG> gradient, RowSize size, float scale)
        where TP : unmanaged, IElement<TP>
        where TG : unmanaged, IElement<TG> =>
        RowLoop.Run(new BackwardKernel<TP, TG>(probabilities, gradient, size.Width, scale), size.Count, 3L * size.Width);

    private readonly struct ForwardKernel<T>(Rows<T> scores, int tokens, float scale, int window, float* slopes) : IRowKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int index = first; index < end; index++)
            {
                T* values = scores[index];
                int query = index % tokens;
                int from = Math.Max(0, query - window + 1);
                int visible = query + 1 - from;
                var slope = TLanes.Create(slopes == null ? 0 : slopes[index / tokens]);
                Normalise<TLanes>(values + from, visible, slope);
                new Span<T>(values, from).Clear();
                new Span<T>(values + query + 1, tokens - query - 1).Clear();
            }
        }

        private void Normalise<TLanes>(T* values, int visible, TLanes slope)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var factor = TLanes.Create(scale);
            var largest = TLanes.Create(float.NegativeInfinity);
            for (int at = 0; at < visible; at += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, visible - at);
                largest = TLanes.Max(largest, TLanes.KeepFirst(Score(values, at, count, factor, slope), count, float.NegativeInfinity));
            }

            var top = TLanes.Create(TLanes.Largest(largest));
            var sum = TLanes.Create(0);
            for (int at = 0; at < visible; at += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, visible - at);
                sum += TLanes.KeepFirst(VectorMath.Exp(Score(values, at, count, factor, slope) - top), count, 0);
            }

            var inverse = TLanes.Create(1 / TLanes.Sum(sum));
            for (int at = 0; at < visible; at += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, visible - at);
                T.Store(values + at, VectorMath.Exp(Score(values, at, count, factor, slope) - top) * inverse, count);
            }
        }

        // Keys count from the first visible one: softmax ignores what all keys of a query share.
        private static TLanes Score<TLanes>(T* values, int at, int count, TLanes factor, TLanes slope)
            where TLanes : unmanaged, ILanes<TLanes> =>
            TLanes.MultiplyAdd(T.Load<TLanes>(values + at, count), factor, (TLanes.Ramp() + TLanes.Create(at)) * slope);
    }

    private readonly struct BackwardKernel<TP, TG>(Rows<TP> probabilities, Rows<TG> gradient, int width, float scale) : IRowKernel
        where TP : unmanaged, IElement<TP>
        where TG : unmanaged, IElement<TG>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var factor = TLanes.Create(scale);
            for (int row = first; row < end; row++)
            {
                int visible = (row % width) + 1;
                TP* p = probabilities[row];
                TG* values = gradient[row];
                var sum = TLanes.Create(0);
                for (int at = 0; at < visible; at += Lanes.Count)
                {
                    int count = Math.Min(Lanes.Count, visible - at);
                    sum = TLanes.MultiplyAdd(TP.Load<TLanes>(p + at, count), TG.Load<TLanes>(values + at, count), sum);
                }

                var shared = TLanes.Create(TLanes.Sum(sum));
                for (int at = 0; at < visible; at += Lanes.Count)
                {
                    int count = Math.Min(Lanes.Count, visible - at);
                    TG.Store(values + at, TP.Load<TLanes>(p + at, count) * (TG.Load<TLanes>(values + at, count) - shared) * factor, count);
                }

                new Span<TG>(values + visible, width - visible).Clear();
            }
        }
    }
}
