using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Loss of each row's label under softmax of its logits, and the gradient in place of the logits.</summary>
internal static unsafe class CrossEntropy
{
    // Exponentials are summed in fp32 over this many elements at most, then in double.
    private const int Block = 64 * Lanes.Count;

    /// <summary>losses_i = −ln softmax(z_i)[label_i]; logits become scale · (softmax(z) − onehot(label)) dz/dlogit.</summary>
    /// <param name="logits">[rows, width], overwritten. With a cap, z = cap · tanh(logit / cap), else z = logit.</param>
    /// <param name="labels">[rows], 0..width−1 (the caller has checked); a negative label gives loss 0 and gradient 0.</param>
    /// <param name="losses">[rows]; NaN or infinite where the logits are.</param>
    /// <param name="size">Rows and width (the vocabulary).</param>
    /// <param name="scale">On the gradient, such as 1 / supervised tokens.</param>
    /// <param name="softCap">Cap, or null.</param>
    public static void InPlace<T>(Rows<T> logits, int* labels, double* losses, RowSize size, float scale, float? softCap = null)
        where T : unmanaged, IElement<T> =>
        Run(logits, labels, losses, size, (scale, Write: true), softCap);

    /// <summary>Only the losses; the logits stay.</summary>
    /// <param name="logits">[rows, width].</param>
    /// <param name="labels">[rows], as for the gradient.</param>
    /// <param name="losses">[rows].</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="softCap">Cap, or null.</param>
    public static void Losses<T>(Rows<T> logits, int* labels, double* losses, RowSize size, float? softCap = null)
        where T : unmanaged, IElement<T> =>
        Run(logits, labels, losses, size, (0, Write: false), softCap);

    private static void Run<T>(Rows<T> logits, int* labels, double* losses, RowSize size, (float Scale, bool Write) gradient, float? softCap)
        where T : unmanaged, IElement<T>
    {
        long cost = 20L * size.Width;
        if (softCap is { } cap)
        {
            RowLoop.Run(new Kernel<T, SoftCap>(logits, labels, losses, size.Width, gradient, new SoftCap(cap)), size.Count, cost);
        }
        else
        {
            RowLoop.Run(new Kernel<T, NoCap>(logits, labels, losses, size.Width, gradient, default), size.Count, cost);
        }
    }

    private readonly struct Kernel<T, TCap>(Rows<T> logits, int* labels, double* losses, int width, (float Scale, bool Write) gradient, TCap cap) : IRowKernel
        where T : unmanaged, IElement<T>
        where TCap : unmanaged, ICap
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int row = first; row < end; row++)
            {
                T* values = logits[row];
                int label = labels[row];
                if (label >= 0)
                {
                    losses[row] = Row<TLanes>(values, label);
                    continue;
                }

                losses[row] = 0;
                if (gradient.Write)
                {
                    new Span<T>(values, width).Clear();
                }
            }
        }

        private double Row<TLanes>(T* values, int label)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            float largest = LargestOf<TLanes>(values);
            double total = SumOf<TLanes>(values, largest);
            var atLabel = cap.Value(TLanes.Create(T.ToSingle(values[label])));
            double distance = TLanes.Largest(atLabel) - (double)largest;
            if (gradient.Write)
            {
                float slope = TLanes.Largest(cap.Slope(atLabel));
                float labelGradient = (float)(((Math.Exp(distance) / total) - 1) * gradient.Scale * slope);
                WriteGradient<TLanes>(values, largest, (float)(gradient.Scale / total));
                values[label] = T.FromSingle(labelGradient);
            }

            return Math.Log(total) - distance;
        }

        private float LargestOf<TLanes>(T* values)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            // tanh is monotonous, so the largest logit stays the largest under the cap.
            int whole = Lanes.Whole(width);
            var largest = TLanes.Create(float.NegativeInfinity);
            for (int at = 0; at < whole; at += Lanes.Count)
            {
                largest = TLanes.Max(largest, T.Load<TLanes>(values + at, Lanes.Count));
            }

            if (whole < width)
            {
                largest = TLanes.Max(largest, TLanes.KeepFirst(T.Load<TLanes>(values + whole, width - whole), width - whole, float.NegativeInfinity));
            }

            return TLanes.Largest(cap.Value(TLanes.Create(TLanes.Largest(largest))));
        }

        private double SumOf<TLanes>(T* values, float largest)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            var top = TLanes.Create(largest);
            double total = 0;
            for (int block = 0; block < whole; block += Block)
            {
                int end = Math.Min(whole, block + Block);
                var sum = TLanes.Create(0);
                for (int at = block; at < end; at += Lanes.Count)
                {
                    sum += VectorMath.Exp(cap.Value(T.Load<TLanes>(values + at, Lanes.Count)) - top);
                }

                total += TLanes.Sum(sum);
            }

            if (whole < width)
            {
                var last = VectorMath.Exp(cap.Value(T.Load<TLanes>(values + whole, width - whole)) - top);
                total += TLanes.Sum(TLanes.KeepFirst(last, width - whole, 0));
            }

            return total;
        }

        private void WriteGradient<TLanes>(T* values, float largest, float factor)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int whole = Lanes.Whole(width);
            var top = TLanes.Create(largest);
            var scale = TLanes.Create(factor);
            for (int at = 0; at < whole; at += Lanes.Count)
            {
                Write(values + at, top, scale, Lanes.Count);
            }

            if (whole < width)
            {
                Write(values + whole, top, scale, width - whole);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Write<TLanes>(T* values, TLanes top, TLanes scale, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var z = cap.Value(T.Load<TLanes>(values, count));
            T.Store(values, VectorMath.Exp(z - top) * scale * cap.Slope(z), count);
        }
    }
}
