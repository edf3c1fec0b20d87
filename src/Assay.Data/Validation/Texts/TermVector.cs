using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Assay.Data.Validation.Texts;

/// <summary>A text as hashed terms with weights: stemmed words, pairs of neighbouring content words, pairs of ideographs, in 2¹⁸ buckets.</summary>
/// <remarks>Weight (1 + ln tf) · idf; pairs count half, since they repeat what their words say. idf comes from <see cref="ReferenceSet"/>; function words are left out.</remarks>
internal sealed class TermVector
{
    private const int Buckets = 1 << 18;
    private const double PairWeight = 0.5;
    private const int LongestWord = 40;
    private const double SingleTermFactor = 0.5;

    private static readonly Lazy<Dictionary<int, double>> Rarity = new(CountReference);

    private static readonly double RarestIdf = Idf(0, ReferenceSet.English.Count);

    private readonly Dictionary<int, double> _weights;

    private TermVector(Dictionary<int, double> weights)
    {
        var norm = Math.Sqrt(weights.Values.Sum(weight => weight * weight));
        _weights = norm == 0 ? weights : weights.ToDictionary(term => term.Key, term => term.Value / norm);
    }

    /// <summary>The vector of a text, of length 1; empty for a text without content words.</summary>
    public static TermVector Of(string text) => new(Counts(text).ToDictionary(
        term => term.Key,
        term => (1 + Math.Log(term.Value.Count)) * Rarity.Value.GetValueOrDefault(term.Key, RarestIdf) * (term.Value.IsPair ? PairWeight : 1)));

    /// <summary>The direction between several vectors, each counting the same.</summary>
    public static TermVector Centroid(IEnumerable<TermVector> vectors)
    {
        var sum = new Dictionary<int, double>();
        foreach (var (term, weight) in vectors.SelectMany(vector => vector._weights))
        {
            sum[term] = sum.GetValueOrDefault(term) + weight;
        }

        return new TermVector(sum);
    }

    /// <summary>Cosine of the angle to another vector, 0 to 1; halved when they share a single term, since one word is hardly a subject. Terms are added in rising order, so the last bit is the same everywhere.</summary>
    public double Cosine(TermVector other)
    {
        var (few, many) = _weights.Count <= other._weights.Count ? (this, other) : (other, this);
        var shared = few._weights.Where(term => many._weights.ContainsKey(term.Key)).OrderBy(term => term.Key).ToList();
        return shared.Sum(term => term.Value * many._weights[term.Key]) * (shared.Count == 1 ? SingleTermFactor : 1);
    }

    private static Dictionary<int, double> CountReference()
    {
        var documents = new Dictionary<int, int>();
        foreach (var term in ReferenceSet.English.SelectMany(paragraph => Counts(paragraph).Keys))
        {
            documents[term] = documents.GetValueOrDefault(term) + 1;
        }

        return documents.ToDictionary(term => term.Key, term => Idf(term.Value, ReferenceSet.English.Count));
    }

    private static double Idf(int documents, int all) => Math.Log((all + 1) / (documents + 0.5));

    private static Dictionary<int, (int Count, bool IsPair)> Counts(string text)
    {
        var counts = new Dictionary<int, (int Count, bool IsPair)>();
        var previous = 0UL;
        var previousIdeograph = '\0';
        Span<char> letters = stackalloc char[LongestWord];
        foreach (var range in Words.In(text))
        {
            var word = text.AsSpan(range);
            if (word.Length == 1 && Words.IsIdeographic(word[0]))
            {
                if (previousIdeograph != '\0')
                {
                    Add(counts, Hash([previousIdeograph, word[0]]), isPair: false);
                }

                (previousIdeograph, previous) = (word[0], 0);
                continue;
            }

            previousIdeograph = '\0';
            word = word[..Math.Min(word.Length, LongestWord)];
            var lower = letters[..word.ToLowerInvariant(letters)];
            if (IsContent(lower))
            {
                var hash = Hash(Stem.Of(lower));
                Add(counts, hash, isPair: false);
                if (previous != 0)
                {
                    Add(counts, (previous * 0x9E3779B97F4A7C15UL) ^ hash, isPair: true);
                }

                previous = hash;
            }
        }

        return counts;
    }

    private static bool IsContent(ReadOnlySpan<char> word) => word.Length > 1 && !FunctionWords.Contains(word) && word.IndexOfAnyExceptInRange('0', '9') >= 0;

    private static void Add(Dictionary<int, (int Count, bool IsPair)> counts, ulong hash, bool isPair)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, (int)(hash % Buckets), out _);
        entry = (entry.Count + 1, isPair);
    }

    private static ulong Hash(ReadOnlySpan<char> term) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(term));
}
