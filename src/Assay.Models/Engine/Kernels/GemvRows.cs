using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

/// <summary>The product kernel of one weight format on one kind of lanes.</summary>
internal static unsafe class GemvRows<TLanes, TFormat>
    where TLanes : unmanaged, IGemvLanes<TLanes>
    where TFormat : struct, IGemvFormat
{
    // Bytes ahead of the reader that are asked for early; the hardware's own prefetcher stops at page ends.
    private const int Ahead = 8192;

    // Weight bytes that are used again by the next four input rows.
    private const int CachedBytes = 32 << 10;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WeightRows weights, int first, int end, in GemvBatch batch)
    {
        // Inputs of four rows stay in the nearest cache while some weight rows pass; for the next ones those weight rows come from a cache too.
        int block = batch.Rows is 1 or 4 ? end - first : (int)Math.Max(1, CachedBytes / weights.Stride);
        for (int start = first; start < end; start += block)
        {
            int stop = Math.Min(end, start + block);
            int done = 0;
            for (; done + 4 <= batch.Rows; done += 4)
            {
                for (int output = start; output < stop; output++)
                {
                    Four(Row(weights, output), Scales(weights, output), weights.Inputs, batch, done, output, Scale(weights, output));
                }
            }

            for (; done < batch.Rows; done++)
            {
                if (TFormat.BlockScaled)
                {
                    OneScaled(Row(weights, start), Scales(weights, start), weights.Inputs, stop - start, batch.Input(done), batch.Output(done) + start);
                }
                else
                {
                    One(Row(weights, start), weights.Inputs, stop - start, batch.Input(done), batch.Output(done) + start);
                }

                if (weights.Format is WeightFormat.Int8)
                {
                    Multiply(batch.Output(done), (float*)weights.Scales, start, stop);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Row(in WeightRows weights, int output) => (byte*)weights.Data + (output * weights.Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Scales(in WeightRows weights, int output) =>
        (float*)weights.Scales + (TFormat.BlockScaled ? (long)output * (weights.Inputs / WeightRows.Block) : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale(in WeightRows weights, int output) => weights.Format is WeightFormat.Int8 ? ((float*)weights.Scales)[output] : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(byte* row, float* scales, int inputs, in GemvBatch batch, int done, int output, float scale)
    {
        float* sums = stackalloc float[4];
        if (TFormat.BlockScaled)
        {
            FourScaled(row, scales, inputs, batch.Input(done), batch.Input(done + 1), batch.Input(done + 2), batch.Input(done + 3), sums);
        }
        else
        {
            FourPlain(row, inputs, batch.Input(done), batch.Input(done + 1), batch.Input(done + 2), batch.Input(done + 3), sums);
        }

        for (int i = 0; i < 4; i++)
        {
            batch.Output(done + i)[output] = scale * sums[i];
        }
    }

    /// <summary>One input row against weight rows that follow each other: memory is read in order, and no call stands between two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(byte* row, int inputs, int count, float* x, float* y)
    {
        long stride = Offset(inputs);
        for (int output = 0; output < count; output++, row += stride)
        {
            TLanes a = default, b = default;
            int index = 0;
            for (; index + 64 <= inputs; index += 64)
            {
                for (long line = 0; line < Offset(64); line += 64)
                {
                    PrefetchOnce(row + Offset(index) + Ahead + line);
                }

                TFormat.Load(row, index, out TLanes first, out TLanes second);
                TFormat.Load(row, index + 32, out TLanes third, out TLanes fourth);
                a = TLanes.MultiplyAdd(first, TLanes.Load(x + index), a);
                b = TLanes.MultiplyAdd(second, TLanes.Load(x + index + 16), b);
                a = TLanes.MultiplyAdd(third, TLanes.Load(x + index + 32), a);
                b = TLanes.MultiplyAdd(fourth, TLanes.Load(x + index + 48), b);
            }

            if (index + 32 <= inputs)
            {
                TFormat.Load(row, index, out TLanes first, out TLanes second);
                a = TLanes.MultiplyAdd(first, TLanes.Load(x + index), a);
                b = TLanes.MultiplyAdd(second, TLanes.Load(x + index + 16), b);
                index += 32;
            }

            y[output] = TLanes.Sum(a + b);
            if (index < inputs)
            {
                y[output] = Rest(row, index, inputs, x, y[output]);
            }
        }
    }

    private static void Multiply(float* y, float* scales, int first, int end)
    {
        for (int output = first; output < end; output++)
        {
            y[output] *= scales[output];
        }
    }

    /// <summary>The same operations in the same order as <see cref="One"/>, for four input rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourPlain(byte* row, int inputs, float* x0, float* x1, float* x2, float* x3, float* sums)
    {
        TLanes a0 = default, b0 = default;
        TLanes a1 = default, b1 = default;
        TLanes a2 = default, b2 = default;
        TLanes a3 = default, b3 = default;
        int index = 0;
        for (; index + 64 <= inputs; index += 64)
        {
            Prefetch(row, index);
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            a0 = TLanes.MultiplyAdd(first, TLanes.Load(x0 + index), a0);
            a1 = TLanes.MultiplyAdd(first, TLanes.Load(x1 + index), a1);
            a2 = TLanes.MultiplyAdd(first, TLanes.Load(x2 + index), a2);
            a3 = TLanes.MultiplyAdd(first, TLanes.Load(x3 + index), a3);
            b0 = TLanes.MultiplyAdd(second, TLanes.Load(x0 + index + 16), b0);
            b1 = TLanes.MultiplyAdd(second, TLanes.Load(x1 + index + 16), b1);
            b2 = TLanes.MultiplyAdd(second, TLanes.Load(x2 + index + 16), b2);
            b3 = TLanes.MultiplyAdd(second, TLanes.Load(x3 + index + 16), b3);
            TFormat.Load(row, index + 32, out TLanes third, out TLanes fourth);
            a0 = TLanes.MultiplyAdd(third, TLanes.Load(x0 + index + 32), a0);
            a1 = TLanes.MultiplyAdd(third, TLanes.Load(x1 + index + 32), a1);
            a2 = TLanes.MultiplyAdd(third, TLanes.Load(x2 + index + 32), a2);
            a3 = TLanes.MultiplyAdd(third, TLanes.Load(x3 + index + 32), a3);
            b0 = TLanes.MultiplyAdd(fourth, TLanes.Load(x0 + index + 48), b0);
            b1 = TLanes.MultiplyAdd(fourth, TLanes.Load(x1 + index + 48), b1);
            b2 = TLanes.MultiplyAdd(fourth, TLanes.Load(x2 + index + 48), b2);
            b3 = TLanes.MultiplyAdd(fourth, TLanes.Load(x3 + index + 48), b3);
        }

        if (index + 32 <= inputs)
        {
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            a0 = TLanes.MultiplyAdd(first, TLanes.Load(x0 + index), a0);
            a1 = TLanes.MultiplyAdd(first, TLanes.Load(x1 + index), a1);
            a2 = TLanes.MultiplyAdd(first, TLanes.Load(x2 + index), a2);
            a3 = TLanes.MultiplyAdd(first, TLanes.Load(x3 + index), a3);
            b0 = TLanes.MultiplyAdd(second, TLanes.Load(x0 + index + 16), b0);
            b1 = TLanes.MultiplyAdd(second, TLanes.Load(x1 + index + 16), b1);
            b2 = TLanes.MultiplyAdd(second, TLanes.Load(x2 + index + 16), b2);
            b3 = TLanes.MultiplyAdd(second, TLanes.Load(x3 + index + 16), b3);
            index += 32;
        }

        sums[0] = Rest(row, index, inputs, x0, TLanes.Sum(a0 + b0));
        sums[1] = Rest(row, index, inputs, x1, TLanes.Sum(a1 + b1));
        sums[2] = Rest(row, index, inputs, x2, TLanes.Sum(a2 + b2));
        sums[3] = Rest(row, index, inputs, x3, TLanes.Sum(a3 + b3));
    }

    /// <summary>One input row against weight rows that follow each other, four at a time: looking codes up takes longer than reading them, so inputs are loaded once for four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneScaled(byte* row, float* scales, int inputs, int count, float* x, float* y)
    {
        long stride = Offset(inputs);
        long ahead = 4 * stride * Math.Max(1, Ahead / (4 * stride));
        int blocks = inputs / WeightRows.Block;
        int output = 0;
        for (; output + 4 <= count; output += 4, row += 4 * stride, scales += 4 * blocks)
        {
            TLanes t0 = default, t1 = default, t2 = default, t3 = default;
            for (int block = 0; block < blocks; block++)
            {
                int index = block * WeightRows.Block;
                byte* codes = row + Offset(index);
                var x0 = TLanes.Load(x + index);
                var x1 = TLanes.Load(x + index + 16);
                var x2 = TLanes.Load(x + index + 32);
                var x3 = TLanes.Load(x + index + 48);
                PrefetchOnce(codes + ahead);
                t0 = TLanes.MultiplyAdd(Block(codes, x0, x1, x2, x3), TLanes.Create(scales[block]), t0);
                PrefetchOnce(codes + ahead + stride);
                t1 = TLanes.MultiplyAdd(Block(codes + stride, x0, x1, x2, x3), TLanes.Create(scales[blocks + block]), t1);
                PrefetchOnce(codes + ahead + (2 * stride));
                t2 = TLanes.MultiplyAdd(Block(codes + (2 * stride), x0, x1, x2, x3), TLanes.Create(scales[(2 * blocks) + block]), t2);
                PrefetchOnce(codes + ahead + (3 * stride));
                t3 = TLanes.MultiplyAdd(Block(codes + (3 * stride), x0, x1, x2, x3), TLanes.Create(scales[(3 * blocks) + block]), t3);
            }

            y[output] = TLanes.Sum(t0);
            y[output + 1] = TLanes.Sum(t1);
            y[output + 2] = TLanes.Sum(t2);
            y[output + 3] = TLanes.Sum(t3);
        }

        for (; output < count; output++, row += stride)
        {
            TLanes total = default;
            for (int index = 0; index < inputs; index += WeightRows.Block, scales++)
            {
                var sum = Block(row + Offset(index), TLanes.Load(x + index), TLanes.Load(x + index + 16), TLanes.Load(x + index + 32), TLanes.Load(x + index + 48));
                total = TLanes.MultiplyAdd(sum, TLanes.Create(*scales), total);
            }

            y[output] = TLanes.Sum(total);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Block(byte* codes, TLanes x0, TLanes x1, TLanes x2, TLanes x3)
    {
        TFormat.Load(codes, 0, out TLanes first, out TLanes second);
        TFormat.Load(codes, 32, out TLanes third, out TLanes fourth);
        return TLanes.MultiplyAdd(second, x1, first * x0) + TLanes.MultiplyAdd(fourth, x3, third * x2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchOnce(byte* address)
    {
        if (Sse.IsSupported)
        {
            // Used once: kept out of the larger caches, which leaves more of the memory's speed to the reads.
            Sse.PrefetchNonTemporal(address);
        }
    }

    /// <summary>The same operations in the same order as <see cref="OneScaled"/>, for four input rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourScaled(byte* row, float* scales, int inputs, float* x0, float* x1, float* x2, float* x3, float* sums)
    {
        TLanes t0 = default, t1 = default, t2 = default, t3 = default;
        for (int index = 0; index < inputs; index += WeightRows.Block)
        {
            Prefetch(row, index);
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            var a0 = TLanes.MultiplyAdd(second, TLanes.Load(x0 + index + 16), first * TLanes.Load(x0 + index));
            var a1 = TLanes.MultiplyAdd(second, TLanes.Load(x1 + index + 16), first * TLanes.Load(x1 + index));
            var a2 = TLanes.MultiplyAdd(second, TLanes.Load(x2 + index + 16), first * TLanes.Load(x2 + index));
            var a3 = TLanes.MultiplyAdd(second, TLanes.Load(x3 + index + 16), first * TLanes.Load(x3 + index));
            TFormat.Load(row, index + 32, out TLanes third, out TLanes fourth);
            var b0 = TLanes.MultiplyAdd(fourth, TLanes.Load(x0 + index + 48), third * TLanes.Load(x0 + index + 32));
            var b1 = TLanes.MultiplyAdd(fourth, TLanes.Load(x1 + index + 48), third * TLanes.Load(x1 + index + 32));
            var b2 = TLanes.MultiplyAdd(fourth, TLanes.Load(x2 + index + 48), third * TLanes.Load(x2 + index + 32));
            var b3 = TLanes.MultiplyAdd(fourth, TLanes.Load(x3 + index + 48), third * TLanes.Load(x3 + index + 32));
            var scale = TLanes.Create(scales[index / WeightRows.Block]);
            t0 = TLanes.MultiplyAdd(a0 + b0, scale, t0);
            t1 = TLanes.MultiplyAdd(a1 + b1, scale, t1);
            t2 = TLanes.MultiplyAdd(a2 + b2, scale, t2);
            t3 = TLanes.MultiplyAdd(a3 + b3, scale, t3);
        }

        sums[0] = TLanes.Sum(t0);
        sums[1] = TLanes.Sum(t1);
        sums[2] = TLanes.Sum(t2);
        sums[3] = TLanes.Sum(t3);
    }

    /// <summary>What is left of a row that does not divide into 32 inputs; it lies in natural order.</summary>
    private static float Rest(byte* row, int index, int inputs, float* x, float sum)
    {
        for (; index < inputs; index++)
        {
            sum += TFormat.One(row, index) * x[index];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* row, int index)
    {
        if (Sse.IsSupported)
        {
            byte* ahead = row + Offset(index) + Ahead;
            Sse.Prefetch0(ahead);
            if (Offset(64) > 64)
            {
                Sse.Prefetch0(ahead + 64);
            }

            if (Offset(64) > 128)
            {
                Sse.Prefetch0(ahead + 128);
                Sse.Prefetch0(ahead + 192);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Offset(int index) =>
        typeof(TFormat) == typeof(GemvFormats.OfFp32) ? 4L * index
        : typeof(TFormat) == typeof(GemvFormats.OfBf16) ? 2L * index
        : typeof(TFormat) == typeof(GemvFormats.OfInt8) ? index
        : index / 2;
}
