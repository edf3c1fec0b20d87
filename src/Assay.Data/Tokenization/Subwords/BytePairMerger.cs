namespace Assay.Data.Tokenization.Subwords;

/// <summary>Joins neighbouring symbols: always the pair of lowest rank, the leftmost among equals (Sennrich et al. 2016, arXiv:1508.07909).</summary>
internal static class BytePairMerger
{
    /// <summary>Words up to this many symbols are scanned for the next pair; longer ones keep a heap.</summary>
    public const int LongestScan = 64;

    private const int NoRank = int.MaxValue;

    /// <summary>Merges in place.</summary>
    /// <param name="merges">Rank and joined symbol of each pair that joins.</param>
    /// <param name="symbols">Symbols; the result stands at the beginning.</param>
    /// <param name="ends">Where each symbol ends; joined symbols keep the right one's.</param>
    /// <returns>How many symbols are left.</returns>
    public static int Merge(PairTable merges, Span<int> symbols, Span<int> ends) =>
        symbols.Length <= LongestScan ? MergeByScan(merges, symbols, ends) : MergeByHeap(merges, symbols, ends);

    private static int MergeByScan(PairTable merges, Span<int> symbols, Span<int> ends)
    {
        var count = symbols.Length;
        Span<int> ranks = stackalloc int[LongestScan];
        Span<int> joined = stackalloc int[LongestScan];
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = Rank(merges, symbols[i], symbols[i + 1], out joined[i]);
        }

        while (count > 1)
        {
            var at = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                at = ranks[i] < ranks[at] ? i : at;
            }

            if (ranks[at] == NoRank)
            {
                break;
            }

            symbols[at] = joined[at];
            ends[at] = ends[at + 1];
            for (var i = at + 1; i + 1 < count; i++)
            {
                symbols[i] = symbols[i + 1];
                ends[i] = ends[i + 1];
                ranks[i] = ranks[i + 1];
                joined[i] = joined[i + 1];
            }

            count--;
            if (at > 0)
            {
                ranks[at - 1] = Rank(merges, symbols[at - 1], symbols[at], out joined[at - 1]);
            }

            if (at + 1 < count)
            {
                ranks[at] = Rank(merges, symbols[at], symbols[at + 1], out joined[at]);
            }
        }

        return count;
    }

    /// <summary>The same merges in O(n log n), for text without word ends.</summary>
    private static int MergeByHeap(PairTable merges, Span<int> symbols, Span<int> ends)
    {
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        var heap = new PriorityQueue<int, ulong>();
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
        }

        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            Offer(merges, heap, symbols, i, i + 1);
        }

        while (heap.TryDequeue(out var left, out var priority))
        {
            // An entry is stale when one of its symbols was merged since: then the pair at this place has another rank, or none.
            var right = next[left];
            if (symbols[left] < 0 || right >= symbols.Length ||
                Rank(merges, symbols[left], symbols[right], out var joined) is var rank && (rank == NoRank || rank != (int)(priority >> 32)))
            {
                continue;
            }

            symbols[left] = joined;
            ends[left] = ends[right];
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < symbols.Length)
            {
                previous[next[left]] = left;
                Offer(merges, heap, symbols, left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Offer(merges, heap, symbols, previous[left], left);
            }
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
        {
            symbols[count] = symbols[i];
            ends[count++] = ends[i];
        }

        return count;
    }

    private static void Offer(PairTable merges, PriorityQueue<int, ulong> heap, Span<int> symbols, int left, int right)
    {
        var rank = Rank(merges, symbols[left], symbols[right], out _);
        if (rank != NoRank)
        {
            heap.Enqueue(left, ((ulong)(uint)rank << 32) | (uint)left);
        }
    }

    private static int Rank(PairTable merges, int left, int right, out int joined) =>
        merges.TryGet(left, right, out var rank, out joined) ? rank : NoRank;
}
