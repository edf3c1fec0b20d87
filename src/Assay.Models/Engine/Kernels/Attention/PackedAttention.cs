using System.Buffers;
using System.Runtime.InteropServices;
using Assay.Models.Engine.Native;

namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Causal attention over packed segments: no token sees another segment. Key heads shared by several query heads are never copied per query head.</summary>
/// <remarks>
/// Made for short segments, where libtorch's kernels spend their time on set-up; also the one that knows windows, caps, ALiBi and values of another width than keys.
/// Ainslie et al. 2023, arXiv:2305.13245; the log-sum-exp trick of Dao et al. 2022, arXiv:2205.14135.
/// </remarks>
internal static unsafe class PackedAttention
{
    /// <summary>o = softmax(z + slope · (key − query)) · v over the visible keys, z = cap(scale · q · k).</summary>
    /// <param name="shape">Heads, widths, window, cap, slopes.</param>
    /// <param name="x">Queries, keys and values.</param>
    /// <param name="output">[tokens, H · value width]; may not overlap x.</param>
    /// <param name="logSumExp">[tokens, H], receives what the backward needs.</param>
    /// <param name="starts">First token of each segment and, last, the token count; ascending.</param>
    public static void Forward<T>(HeadShape shape, AttentionRows<T> x, Rows<T> output, float* logSumExp, ReadOnlySpan<int> starts)
        where T : unmanaged, IElement<T> =>
        Run(new ForwardItem<T>(shape, x, output, logSumExp), shape.KvHeads, starts);

    /// <summary>Gradients of queries, keys and values.</summary>
    /// <param name="shape">As forward.</param>
    /// <param name="x">As forward.</param>
    /// <param name="output">As written forward.</param>
    /// <param name="logSumExp">As written forward.</param>
    /// <param name="gradient">[tokens, H · value width], of the output.</param>
    /// <param name="result">Receives the gradients; may be x itself.</param>
    /// <param name="starts">As forward.</param>
    public static void Backward<T>(HeadShape shape, AttentionRows<T> x, Rows<T> output, float* logSumExp, Rows<T> gradient, AttentionRows<T> result, ReadOnlySpan<int> starts)
        where T : unmanaged, IElement<T> =>
        Run(new BackwardItem<T>(shape, x, output, logSumExp, gradient, result), shape.KvHeads, starts);

    // One item is one key head of one segment. Threads take items as they get free, longest segments first;
    // an item computes the same whoever takes it.
    private static void Run<TItem>(TItem item, int kvHeads, ReadOnlySpan<int> starts)
        where TItem : unmanaged, IAttentionItem
    {
        int segments = starts.Length - 1;
        if (segments <= 0)
        {
            return;
        }

        int[] rented = ArrayPool<int>.Shared.Rent(2 * segments);
        fixed (int* lengths = rented, first = starts)
        {
            int* order = lengths + segments;
            for (int segment = 0; segment < segments; segment++)
            {
                lengths[segment] = first[segment] - first[segment + 1];
                order[segment] = segment;
            }

            new Span<int>(lengths, segments).Sort(new Span<int>(order, segments));
            var work = new Work<TItem> { Item = item, Starts = first, Order = order, Items = segments * kvHeads, KvHeads = kvHeads };
            delegate*<void*, int, int, void> body = KernelSet.Current switch
            {
                InstructionSet.Avx512 => &Take<TItem, Lanes512>,
                InstructionSet.Avx2 => &Take<TItem, Lanes256>,
                _ => &Take<TItem, ScalarLanes>,
            };
            ParallelFor.Run(Math.Min(work.Items, Environment.ProcessorCount), 1, body, &work);
        }

        ArrayPool<int>.Shared.Return(rented);
    }

    private static void Take<TItem, TLanes>(void* state, int first, int end)
        where TItem : unmanaged, IAttentionItem
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var work = (Work<TItem>*)state;
        for (int index = Interlocked.Increment(ref work->Taken) - 1; index < work->Items; index = Interlocked.Increment(ref work->Taken) - 1)
        {
            int segment = work->Order[index / work->KvHeads];
            int start = work->Starts[segment];
            int length = work->Starts[segment + 1] - start;
            if (length > 0)
            {
                work->Item.Run<TLanes>(start, length, index % work->KvHeads);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Work<TItem>
        where TItem : unmanaged
    {
        public TItem Item;
        public int* Starts;
        public int* Order;
        public int Items;
        public int KvHeads;
        public int Taken;
    }
}
