using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

/// <summary>The product kernel of one weight format on one kind of lanes.</summary>
internal static unsafe class GemvRows<TLanes, TFormat>
    where TLanes : unmanaged, IGemvLanes<TLanes>
    where TFormat : struct, IGemvFormat
{
    // Bytes ahead of the reader that are asked for early; the hardware's own prefetcher stops at page ends.
    private const int Ahead = 2048;

    // Weight bytes that are used again by the next four input rows.
    private const int CachedBytes = 32 << 10;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WeightRows weights, int first, int end, in GemvBatch batch)
    {
        // Inputs of four rows stay in the nearest cache while some weight rows pass; for the next four those weight rows come from a cache too.
        int block = batch.Rows <= 4 ? end - first : (int)Math.Max(1, CachedBytes / weights.Stride);
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
                for (int output = start; output < stop; output++)
                {
                    float sum = TFormat.BlockScaled
                        ? OneScaled(Row(weights, output), Scales(weights, output), weights.Inputs, batch.Input(done))
                        : One(Row(weights, output), weights.Inputs, batch.Input(done));
                    batch.Output(done)[output] = Scale(weights, output) * sum;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One(byte* row, int inputs, float* x)
    {
        TLanes a = default, b = default, c = default, d = default;
        int index = 0;
        for (; index + 64 <= inputs; index += 64)
        {
            Prefetch(row, index);
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            TFormat.Load(row, index + 32, out TLanes third, out TLanes fourth);
            a = TLanes.MultiplyAdd(first, TLanes.Load(x + index), a);
            b = TLanes.MultiplyAdd(second, TLanes.Load(x + index + 16), b);
            c = TLanes.MultiplyAdd(third, TLanes.Load(x + index + 32), c);
            d = TLanes.MultiplyAdd(fourth, TLanes.Load(x + index + 48), d);
        }

        if (index + 32 <= inputs)
        {
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            a = TLanes.MultiplyAdd(first, TLanes.Load(x + index), a);
            b = TLanes.MultiplyAdd(second, TLanes.Load(x + index + 16), b);
            index += 32;
        }

        return Rest(row, index, inputs, x, TLanes.Sum(a + b + (c + d)));
    }

    /// <summary>The same operations in the same order as <see cref="One"/>, for four input rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourPlain(byte* row, int inputs, float* x0, float* x1, float* x2, float* x3, float* sums)
    {
        TLanes a0 = default, b0 = default, c0 = default, d0 = default;
        TLanes a1 = default, b1 = default, c1 = default, d1 = default;
        TLanes a2 = default, b2 = default, c2 = default, d2 = default;
        TLanes a3 = default, b3 = default, c3 = default, d3 = default;
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
            c0 = TLanes.MultiplyAdd(third, TLanes.Load(x0 + index + 32), c0);
            c1 = TLanes.MultiplyAdd(third, TLanes.Load(x1 + index + 32), c1);
            c2 = TLanes.MultiplyAdd(third, TLanes.Load(x2 + index + 32), c2);
            c3 = TLanes.MultiplyAdd(third, TLanes.Load(x3 + index + 32), c3);
            d0 = TLanes.MultiplyAdd(fourth, TLanes.Load(x0 + index + 48), d0);
            d1 = TLanes.MultiplyAdd(fourth, TLanes.Load(x1 + index + 48), d1);
            d2 = TLanes.MultiplyAdd(fourth, TLanes.Load(x2 + index + 48), d2);
            d3 = TLanes.MultiplyAdd(fourth, TLanes.Load(x3 + index + 48), d3);
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

        sums[0] = Rest(row, index, inputs, x0, TLanes.Sum(a0 + b0 + (c0 + d0)));
        sums[1] = Rest(row, index, inputs, x1, TLanes.Sum(a1 + b1 + (c1 + d1)));
        sums[2] = Rest(row, index, inputs, x2, TLanes.Sum(a2 + b2 + (c2 + d2)));
        sums[3] = Rest(row, index, inputs, x3, TLanes.Sum(a3 + b3 + (c3 + d3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneScaled(byte* row, float* scales, int inputs, float* x)
    {
        TLanes total = default;
        for (int index = 0; index < inputs; index += WeightRows.Block)
        {
            Prefetch(row, index);
            TFormat.Load(row, index, out TLanes first, out TLanes second);
            TFormat.Load(row, index + 32, out TLanes third, out TLanes fourth);
            var a = TLanes.MultiplyAdd(second, TLanes.Load(x + index + 16), first * TLanes.Load(x + index));
            var b = TLanes.MultiplyAdd(fourth, TLanes.Load(x + index + 48), third * TLanes.Load(x + index + 32));
            total = TLanes.MultiplyAdd(a + b, TLanes.Create(scales[index / WeightRows.Block]), total);
        }

        return TLanes.Sum(total);
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
