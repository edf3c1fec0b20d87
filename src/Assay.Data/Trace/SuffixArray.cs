namespace Assay.Data.Trace;

/// <summary>Builds suffix arrays over token ids in linear time.</summary>
/// <remarks>SA-IS: Nong, Zhang and Chan 2009, "Linear Suffix Array Construction by Almost Pure Induced-Sorting". A suffix that is a beginning of another comes first.</remarks>
public static class SuffixArray
{
    /// <summary>The starts of all suffixes of <paramref name="text"/> in ascending order.</summary>
    /// <param name="text">Token ids, each 0 to <paramref name="largest"/>.</param>
    /// <param name="largest">The largest id that may occur; time and memory also grow with it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside the range.</exception>
    public static int[] Build(ReadOnlySpan<int> text, int largest)
    {
        foreach (var id in text)
        {
            if (id < 0 || id > largest)
            {
                throw new ArgumentOutOfRangeException(nameof(text), id, $"Token ids must be 0 to {largest}.");
            }
        }

        return Sort(text, largest);
    }

    private static int[] Sort(ReadOnlySpan<int> text, int largest)
    {
        if (text.Length < 2)
        {
            return new int[text.Length];
        }

        // A suffix is small (S) when it sorts before the one that starts a token later. A small one after a large one is a landmark (LMS).
        var small = new bool[text.Length];
        for (var i = text.Length - 2; i >= 0; i--)
        {
            small[i] = text[i] < text[i + 1] || (text[i] == text[i + 1] && small[i + 1]);
        }

        var largeStarts = BucketStarts(text, small, largest, out var smallStarts);
        var landmarks = new List<int>();
        for (var i = 1; i < text.Length; i++)
        {
            if (small[i] && !small[i - 1])
            {
                landmarks.Add(i);
            }
        }

        var order = new int[text.Length];
        Induce(text, small, largeStarts, smallStarts, [.. landmarks], order);
        if (landmarks.Count > 1)
        {
            var sorted = SortLandmarks(text, [.. landmarks], order);
            Induce(text, small, largeStarts, smallStarts, sorted, order);
        }

        return order;
    }

    /// <summary>Per token id, the place of its first suffix (all large ones first), with one more entry as the end; and the place of its first small one.</summary>
    private static int[] BucketStarts(ReadOnlySpan<int> text, bool[] small, int largest, out int[] smallStarts)
    {
        var starts = new int[largest + 2];
        smallStarts = new int[largest + 1];
        for (var i = 0; i < text.Length; i++)
        {
            starts[text[i] + 1]++;
            smallStarts[text[i]] += small[i] ? 0 : 1;
        }

        for (var id = 0; id <= largest; id++)
        {
            smallStarts[id] += starts[id];
            starts[id + 1] += starts[id];
        }

        return starts;
    }

    /// <summary>From landmarks in some order, puts all suffixes into the order that follows from it: exact when the landmarks are exact.</summary>
    private static void Induce(ReadOnlySpan<int> text, bool[] small, int[] starts, int[] smallStarts, int[] landmarks, int[] order)
    {
        Array.Fill(order, -1);
        var next = smallStarts.AsSpan().ToArray();
        foreach (var landmark in landmarks)
        {
            order[next[text[landmark]]++] = landmark;
        }

        starts.AsSpan(0, next.Length).CopyTo(next);
        order[next[text[^1]]++] = text.Length - 1;
        for (var i = 0; i < order.Length; i++)
        {
            var before = order[i] - 1;
            if (before >= 0 && !small[before])
            {
                order[next[text[before]]++] = before;
            }
        }

        starts.AsSpan(1, next.Length).CopyTo(next);
        for (var i = order.Length - 1; i >= 0; i--)
        {
            var before = order[i] - 1;
            if (before >= 0 && small[before])
            {
                order[--next[text[before]]] = before;
            }
        }
    }

    /// <summary>Landmarks in suffix order: names their substrings by rank and sorts the text of names, recursively when names repeat.</summary>
    private static int[] SortLandmarks(ReadOnlySpan<int> text, int[] landmarks, int[] order)
    {
        var numberOf = new int[text.Length];
        Array.Fill(numberOf, -1);
        for (var i = 0; i < landmarks.Length; i++)
        {
            numberOf[landmarks[i]] = i;
        }

        var names = new int[landmarks.Length];
        var name = -1;
        var previous = -1;
        foreach (var position in order)
        {
            var number = numberOf[position];
            if (number < 0)
            {
                continue;
            }

            if (previous < 0 || !SameSubstring(text, landmarks, previous, number))
            {
                name++;
            }

            names[number] = name;
            previous = number;
        }

        // Only two arrays of the text's length live through the recursion, whose text is at most half as long.
        var sorted = name + 1 == names.Length ? Invert(names) : Sort(names, name);
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = landmarks[sorted[i]];
        }

        return sorted;
    }

    private static int[] Invert(int[] names)
    {
        var places = new int[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            places[names[i]] = i;
        }

        return places;
    }

    /// <summary>Whether two substrings from a landmark to the next one, both included, are equal; the last one ends with the text and equals no other.</summary>
    private static bool SameSubstring(ReadOnlySpan<int> text, int[] landmarks, int left, int right)
    {
        if (left + 1 == landmarks.Length || right + 1 == landmarks.Length)
        {
            return false;
        }

        var length = landmarks[left + 1] - landmarks[left] + 1;
        return length == landmarks[right + 1] - landmarks[right] + 1 &&
            text.Slice(landmarks[left], length).SequenceEqual(text.Slice(landmarks[right], length));
    }
}
