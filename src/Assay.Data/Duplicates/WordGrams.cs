using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Assay.Data.Duplicates;

/// <summary>The runs of consecutive words of a normalised text, hashed to 64 bits: what a passage taken over word for word is found by.</summary>
public static class WordGrams
{
    /// <summary>Words in a run for passages that another record holds, too.</summary>
    public const int PassageWords = 4;

    /// <summary>Words in a run for test sets.</summary>
    public const int TestSetWords = 13;

    /// <summary>One run in this many is kept in the index, and the smallest few of every text besides.</summary>
    private const int SampleEvery = 8, SampleLeast = 8;

    /// <summary>Distinct hashes of all runs; a text of fewer words counts as one run.</summary>
    /// <param name="normalised">From <see cref="NormalisedText.Of"/>: words joined by single spaces.</param>
    /// <param name="words">Words in a run.</param>
    public static HashSet<ulong> Of(string normalised, int words)
    {
        ArgumentNullException.ThrowIfNull(normalised);
        ArgumentOutOfRangeException.ThrowIfLessThan(words, 1);
        var grams = new HashSet<ulong>();
        foreach (var (start, end) in Runs(normalised, words))
        {
            grams.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(normalised.AsSpan(start, end - start))));
        }

        return grams;
    }

    /// <summary>The hashes that an index keeps of a text: those divisible by eight, and its eight smallest, so that a short text is kept as a whole.</summary>
    public static IReadOnlyList<ulong> Sample(HashSet<ulong> grams)
    {
        ArgumentNullException.ThrowIfNull(grams);
        return [.. grams.Order().Where((hash, index) => index < SampleLeast || hash % SampleEvery == 0)];
    }

    /// <summary>The longest passages of a text whose runs another one has, as they stand in it, longest first.</summary>
    /// <param name="text">The text, in NFC.</param>
    /// <param name="other">All runs of the other one, of <see cref="PassageWords"/> words.</param>
    /// <param name="most">Passages wanted.</param>
    public static IReadOnlyList<string> Shared(string text, HashSet<ulong> other, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(other);
        return [.. Passages(text, NormalisedText.Words(text), other, PassageWords).OrderByDescending(passage => passage.Words).ThenBy(passage => passage.Start).Take(most)
            .Select(passage => text[passage.Start..passage.End])];
    }

    /// <summary>The parts of a text whose runs are known, in order, as half-open ranges; a text of fewer words counts as one run.</summary>
    /// <param name="text">The text, in NFC.</param>
    /// <param name="known">Hashes of runs.</param>
    /// <param name="words">Words in a run.</param>
    public static IReadOnlyList<(int Start, int End)> Covered(string text, HashSet<ulong> known, int words)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(known);
        var places = NormalisedText.Words(text);
        return [.. Passages(text, places, known, Math.Min(words, places.Count)).Select(passage => (passage.Start, passage.End))];
    }

    private static List<(int Start, int End, int Words)> Passages(string text, List<Range> places, HashSet<ulong> known, int words)
    {
        var normalised = places.ConvertAll(place => NormalisedText.Of(text[place]));
        var passages = new List<(int First, int Last)>();
        for (var at = 0; words > 0 && at + words <= places.Count; at++)
        {
            var run = string.Join(' ', normalised.GetRange(at, words));
            if (known.Contains(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(run.AsSpan()))))
            {
                var last = at + words - 1;
                if (passages.Count > 0 && passages[^1].Last >= at)
                {
                    passages[^1] = (passages[^1].First, last);
                }
                else
                {
                    passages.Add((at, last));
                }
            }
        }

        return passages.ConvertAll(passage => (places[passage.First].Start.Value, places[passage.Last].End.Value, passage.Last - passage.First + 1));
    }

    private static IEnumerable<(int Start, int End)> Runs(string normalised, int words)
    {
        if (normalised.Length == 0)
        {
            yield break;
        }

        var starts = new Queue<int>(words + 1);
        starts.Enqueue(0);
        var yielded = false;
        for (var at = 0; at <= normalised.Length; at++)
        {
            if (at < normalised.Length && normalised[at] != ' ')
            {
                continue;
            }

            if (starts.Count == words)
            {
                yield return (starts.Dequeue(), at);
                yielded = true;
            }

            if (at < normalised.Length)
            {
                starts.Enqueue(at + 1);
            }
        }

        if (!yielded)
        {
            yield return (0, normalised.Length);
        }
    }
}
