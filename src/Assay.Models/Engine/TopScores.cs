namespace Assay.Models.Engine;

/// <summary>Indices of the largest values of a row, among equal ones the same that libtorch's <c>topk</c> takes on a CPU.</summary>
/// <remarks>
/// Group-limited routing sets the scores of dropped groups to 0, so experts do tie, and a model that was trained and recorded with <c>topk</c> has its
/// choice among them in its results. libtorch calls the C++ standard library's partial_sort for k · 64 ≤ n, else nth_element (ATen/native/TopKImpl.h);
/// both are deterministic, and this follows the GNU implementation of them. A NaN counts as larger than every number.
/// </remarks>
public static class TopScores
{
    private const int PartialSortFactor = 64;

    /// <param name="scores">One row.</param>
    /// <param name="chosen">Receives as many indices as it is long, largest score first; at most as many as there are scores.</param>
    public static void Choose(ReadOnlySpan<float> scores, Span<int> chosen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen.Length, scores.Length, nameof(chosen));
        if (chosen.IsEmpty)
        {
            return;
        }

        Span<int> order = scores.Length <= 1024 ? stackalloc int[scores.Length] : new int[scores.Length];
        for (int index = 0; index < order.Length; index++)
        {
            order[index] = index;
        }

        if ((long)chosen.Length * PartialSortFactor <= scores.Length)
        {
            HeapSelect(scores, order, chosen.Length);
        }
        else
        {
            Select(scores, order, chosen.Length - 1);
        }

        order[..chosen.Length].CopyTo(chosen);

        // Within the chosen only the order is left to decide: larger first, equal ones by index.
        for (int place = 1; place < chosen.Length; place++)
        {
            int index = chosen[place];
            int free = place;
            for (; free > 0 && (Before(scores, index, chosen[free - 1]) || (!Before(scores, chosen[free - 1], index) && index < chosen[free - 1])); free--)
            {
                chosen[free] = chosen[free - 1];
            }

            chosen[free] = index;
        }
    }

    private static bool Before(ReadOnlySpan<float> scores, int one, int other) =>
        (float.IsNaN(scores[one]) && !float.IsNaN(scores[other])) || scores[one] > scores[other];

    /// <summary>Introselect: afterwards no element before <paramref name="nth"/> comes after it in order.</summary>
    private static void Select(ReadOnlySpan<float> scores, Span<int> order, int nth)
    {
        int first = 0;
        int last = order.Length;
        if (nth == last)
        {
            return;
        }

        for (int depth = 2 * (int)Math.Log2(last); last - first > 3; depth--)
        {
            if (depth == 0)
            {
                HeapSelect(scores, order[first..last], nth + 1 - first);
                (order[first], order[nth]) = (order[nth], order[first]);
                return;
            }

            int cut = Partition(scores, order, first, last);
            (first, last) = cut <= nth ? (cut, last) : (first, cut);
        }

        for (int place = first + 1; place < last; place++)
        {
            int index = order[place];
            int free = place;
            for (; free > first && Before(scores, index, order[free - 1]); free--)
            {
                order[free] = order[free - 1];
            }

            order[free] = index;
        }
    }

    private static int Partition(ReadOnlySpan<float> scores, Span<int> order, int first, int last)
    {
        int median = Median(scores, order, first + 1, first + ((last - first) / 2), last - 1);
        (order[first], order[median]) = (order[median], order[first]);
        int pivot = order[first];
        int low = first + 1;
        int high = last;
        while (true)
        {
            while (Before(scores, order[low], pivot))
            {
                low++;
            }

            high--;
            while (Before(scores, pivot, order[high]))
            {
                high--;
            }

            if (low >= high)
            {
                return low;
            }

            (order[low], order[high]) = (order[high], order[low]);
            low++;
        }
    }

    private static int Median(ReadOnlySpan<float> scores, ReadOnlySpan<int> order, int a, int b, int c)
    {
        bool first = Before(scores, order[a], order[b]);
        bool second = Before(scores, order[b], order[c]);
        bool outer = Before(scores, order[a], order[c]);
        return first ? second ? b : outer ? c : a : outer ? a : second ? c : b;
    }

    /// <summary>Leaves the first <paramref name="count"/> elements of the order in front, as a heap with the last of them on top.</summary>
    private static void HeapSelect(ReadOnlySpan<float> scores, Span<int> order, int count)
    {
        for (int parent = (count - 2) / 2; count > 1 && parent >= 0; parent--)
        {
            Sink(scores, order[..count], parent, order[parent]);
        }

        for (int place = count; place < order.Length; place++)
        {
            if (Before(scores, order[place], order[0]))
            {
                int index = order[place];
                order[place] = order[0];
                Sink(scores, order[..count], 0, index);
            }
        }
    }

    private static void Sink(ReadOnlySpan<float> scores, Span<int> heap, int hole, int index)
    {
        int top = hole;
        int child = hole;
        while (child < (heap.Length - 1) / 2)
        {
            child = 2 * (child + 1);
            if (Before(scores, heap[child], heap[child - 1]))
            {
                child--;
            }

            heap[hole] = heap[child];
            hole = child;
        }

        if (heap.Length % 2 == 0 && child == (heap.Length - 2) / 2)
        {
            child = (2 * child) + 1;
            heap[hole] = heap[child];
            hole = child;
        }

        for (int parent = (hole - 1) / 2; hole > top && Before(scores, heap[parent], index); parent = (hole - 1) / 2)
        {
            heap[hole] = heap[parent];
            hole = parent;
        }

        heap[hole] = index;
    }
}
