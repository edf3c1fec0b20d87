using System.Runtime.CompilerServices;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Decode;

/// <summary>One query head over cached pages: mixed = Σ softmax(scores)ⱼ · valueⱼ, page after page with a running maximum.</summary>
/// <remarks>Milakov and Gimelshein 2018, arXiv:1805.02867. The order of operations depends on the query's position only.</remarks>
internal static unsafe class CacheAttention
{
    /// <param name="head">Where the head's keys and values are and how scores are made.</param>
    /// <param name="pages">The request's pages.</param>
    /// <param name="query">[KeyDim].</param>
    /// <param name="mixed">[ValueDim], receives the result.</param>
    public static void Run(in CachedHead head, nint* pages, float* query, float* mixed)
    {
        switch (KernelSet.Current)
        {
            case InstructionSet.Avx512:
                Run<Lanes512>(head, pages, query, mixed);
                break;
            case InstructionSet.Avx2:
                Run<Lanes256>(head, pages, query, mixed);
                break;
            default:
                Run<ScalarLanes>(head, pages, query, mixed);
                break;
        }
    }

    private static void Run<TLanes>(in CachedHead head, nint* pages, float* query, float* mixed)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (head.Format is CacheFormat.Bf16)
        {
            Run<TLanes, Bf16>(head, pages, query, mixed);
        }
        else
        {
            Run<TLanes, Fp32>(head, pages, query, mixed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLanes, T>(in CachedHead head, nint* pages, float* query, float* mixed)
        where TLanes : unmanaged, ILanes<TLanes>
        where T : unmanaged, IElement<T>
    {
        const int positions = KvPool.PagePositions;
        float* scores = stackalloc float[positions];
        float largest = float.NegativeInfinity;
        float sum = 0;
        new Span<float>(mixed, head.ValueDim).Clear();
        for (int page = head.First / positions; page * positions < head.End; page++)
        {
            int low = Math.Max(head.First - (page * positions), 0);
            int high = Math.Min(head.End - (page * positions), positions);
            Scores<TLanes, T>((T*)(pages[page] + head.Keys), head.KeyDim, query, scores);
            float before = largest;
            bool plain = low == 0 && high == positions && head is { Slope: 0, SoftCap: 0 };
            largest = Math.Max(largest, plain ? FinishPage<TLanes>(head.Scale, scores) : Finish(head, page * positions, low, high, scores));
            Weigh<TLanes>(scores, largest);

            // What lies outside the window or beyond the query was never written, or belongs to another request.
            new Span<float>(scores, low).Clear();
            new Span<float>(scores + high, positions - high).Clear();

            float kept = before == largest ? 1 : MathF.Exp(before - largest);
            sum = (sum * kept) + Total<TLanes>(scores);
            Mix<TLanes, T>((T*)(pages[page] + head.Values), head.ValueDim, scores, (low, high), kept, mixed);
        }

        Scale<TLanes>(mixed, head.ValueDim, 1 / sum);
    }

    /// <summary>query · key for all 64 positions of a page side by side; keys are [KeyDim, 64].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scores<TLanes, T>(T* keys, int width, float* query, float* scores)
        where TLanes : unmanaged, ILanes<TLanes>
        where T : unmanaged, IElement<T>
    {
        TLanes a = default, b = default, c = default, d = default;
        for (int index = 0; index < width; index++, keys += KvPool.PagePositions)
        {
            var q = TLanes.Create(query[index]);
            a = TLanes.MultiplyAdd(T.Load<TLanes>(keys, Lanes.Count), q, a);
            b = TLanes.MultiplyAdd(T.Load<TLanes>(keys + 16, Lanes.Count), q, b);
            c = TLanes.MultiplyAdd(T.Load<TLanes>(keys + 32, Lanes.Count), q, c);
            d = TLanes.MultiplyAdd(T.Load<TLanes>(keys + 48, Lanes.Count), q, d);
        }

        TLanes.Store(scores, a);
        TLanes.Store(scores + 16, b);
        TLanes.Store(scores + 32, c);
        TLanes.Store(scores + 48, d);
    }

    /// <summary>Scale for a page that is visible as a whole; returns the largest score.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FinishPage<TLanes>(float scale, float* scores)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var factor = TLanes.Create(scale);
        var largest = TLanes.Create(float.NegativeInfinity);
        for (int index = 0; index < KvPool.PagePositions; index += Lanes.Count)
        {
            var score = TLanes.Load(scores + index) * factor;
            TLanes.Store(scores + index, score);
            largest = TLanes.Max(largest, score);
        }

        return TLanes.Largest(largest);
    }

    /// <summary>Scale, slope and cap; returns the largest visible score.</summary>
    private static float Finish(in CachedHead head, int position, int low, int high, float* scores)
    {
        float largest = float.NegativeInfinity;
        for (int index = low; index < high; index++)
        {
            float score = scores[index] * head.Scale;
            if (head.Slope != 0)
            {
                score += head.Slope * (position + index);
            }

            if (head.SoftCap != 0)
            {
                score = head.SoftCap * MathF.Tanh(score / head.SoftCap);
            }

            scores[index] = score;
            largest = score > largest ? score : largest;
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weigh<TLanes>(float* scores, float largest)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var top = TLanes.Create(largest);
        for (int index = 0; index < KvPool.PagePositions; index += Lanes.Count)
        {
            TLanes.Store(scores + index, VectorMath.Exp(TLanes.Load(scores + index) - top));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Total<TLanes>(float* scores)
        where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Sum(TLanes.Load(scores) + TLanes.Load(scores + 16) + (TLanes.Load(scores + 32) + TLanes.Load(scores + 48)));

    /// <summary>mixed = kept · mixed + Σ weightⱼ · valueⱼ; values are [64, ValueDim].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix<TLanes, T>(T* values, int width, float* weights, (int Low, int High) visible, float kept, float* mixed)
        where TLanes : unmanaged, ILanes<TLanes>
        where T : unmanaged, IElement<T>
    {
        int at = 0;
        var factor = TLanes.Create(kept);
        for (; at + 64 <= width; at += 64)
        {
            var a = TLanes.Load(mixed + at) * factor;
            var b = TLanes.Load(mixed + at + 16) * factor;
            var c = TLanes.Load(mixed + at + 32) * factor;
            var d = TLanes.Load(mixed + at + 48) * factor;
            for (int index = visible.Low; index < visible.High; index++)
            {
                T* value = values + ((long)index * width) + at;
                var w = TLanes.Create(weights[index]);
                a = TLanes.MultiplyAdd(T.Load<TLanes>(value, Lanes.Count), w, a);
                b = TLanes.MultiplyAdd(T.Load<TLanes>(value + 16, Lanes.Count), w, b);
                c = TLanes.MultiplyAdd(T.Load<TLanes>(value + 32, Lanes.Count), w, c);
                d = TLanes.MultiplyAdd(T.Load<TLanes>(value + 48, Lanes.Count), w, d);
            }

            TLanes.Store(mixed + at, a);
            TLanes.Store(mixed + at + 16, b);
            TLanes.Store(mixed + at + 32, c);
            TLanes.Store(mixed + at + 48, d);
        }

        for (; at < width; at += Lanes.Count)
        {
            int count = Math.Min(Lanes.Count, width - at);
            var a = TLanes.LoadPart(mixed + at, count) * factor;
            for (int index = visible.Low; index < visible.High; index++)
            {
                a = TLanes.MultiplyAdd(T.Load<TLanes>(values + ((long)index * width) + at, count), TLanes.Create(weights[index]), a);
            }

            TLanes.StorePart(mixed + at, a, count);
        }
    }

    private static void Scale<TLanes>(float* values, int width, float by)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var factor = TLanes.Create(by);
        for (int at = 0; at < width; at += Lanes.Count)
        {
            int count = Math.Min(Lanes.Count, width - at);
            TLanes.StorePart(values + at, TLanes.LoadPart(values + at, count) * factor, count);
        }
    }
}
