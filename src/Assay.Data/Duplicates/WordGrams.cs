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
        var words = NormalisedText.Words(text);
        var passages = new List<(int First, int Last)>();
        for (var at = 0; at + PassageWords <= words.Count; at++)
        {
            var run = string.Join(' ', Enumerable.Range(at, PassageWords).Select(index => NormalisedText.Of(text[words[index]])));
            if (other.Contains(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(run.AsSpan()))))
            {
                var last = at + PassageWords - 1;
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

        return [.. passages.OrderByDescending(passage => passage.Last - passage.First).ThenBy(passage => passage.First).Take(most)
            .Select(passage => text[words[passage.First].Start..words[passage.Last].End])];
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
