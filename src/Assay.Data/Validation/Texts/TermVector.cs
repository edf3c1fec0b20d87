using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Assay.Data.Validation.Texts;

/// <summary>A text as hashed terms with weights: stemmed words, their beginnings, pairs of neighbouring content words, fields of knowledge, pairs of ideographs, in 2¹⁸ buckets.</summary>
/// <remarks>Weight (1 + ln tf) · idf · kind. idf comes from <see cref="ReferenceSet"/>; everyday words weigh little and function words nothing. Beginnings join "tenant" and "tenancy", fields join "bleed" and "tourniquet".</remarks>
internal sealed class TermVector
{
    private const int Buckets = 1 << 18;
    private const int LongestWord = 40, Beginning = 5;
    private const double PairWeight = 0.5, BeginningWeight = 0.5, FieldWeight = 1;
    private const double SingleTermFactor = 0.5;
    private const ulong PairSalt = 0x9E3779B97F4A7C15, BeginningSalt = 0xC2B2AE3D27D4EB4F, FieldSalt = 0x165667B19E3779F9;

    /// <summary>Weights of the two lists of everyday words; a word that no list has weighs <see cref="RarestIdf"/>, about 4.4.</summary>
    private static readonly double[] CommonIdf = [0.4, 2.0];

    private static readonly Lazy<Dictionary<ulong, ulong[]>> Fields = new(ReadFields);

    private static readonly Lazy<Dictionary<int, double>> Rarity = new(CountReference);

    private static readonly double RarestIdf = Idf(0, ReferenceSet.English.Count);

    private readonly Dictionary<int, double> _weights;

    private TermVector(Dictionary<int, double> weights)
    {
        var norm = Math.Sqrt(weights.OrderBy(term => term.Key).Sum(term => term.Value * term.Value));
        _weights = norm == 0 ? weights : weights.ToDictionary(term => term.Key, term => term.Value / norm);
    }

    /// <summary>Kinds of terms.</summary>
    private enum Kind
    {
        Word,
        Beginning,
        Pair,
        Field,
    }

    /// <summary>The vector of a text, of length 1; empty for a text without content words.</summary>
    public static TermVector Of(string text) => new(Counts(text).ToDictionary(term => term.Key, term => Weight(term.Key, term.Value.Count, term.Value.Kind)));

    /// <summary>The direction between several vectors, each counting the same.</summary>
    public static TermVector Centroid(IEnumerable<TermVector> vectors)
    {
        var sum = new Dictionary<int, double>();
        foreach (var (term, weight) in vectors.SelectMany(vector => vector._weights.OrderBy(term => term.Key)))
        {
            sum[term] = sum.GetValueOrDefault(term) + weight;
        }

        return new TermVector(sum);
    }

    /// <summary>A vector from terms that <see cref="Heaviest"/> gave.</summary>
    public static TermVector FromTerms(IReadOnlyDictionary<int, double> terms) => new(terms.Where(term => term.Key is >= 0 and < Buckets && double.IsFinite(term.Value)).ToDictionary());

    /// <summary>The terms that weigh most, to be stored.</summary>
    public IReadOnlyDictionary<int, double> Heaviest(int count) => _weights.OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(count)
        .ToDictionary(term => term.Key, term => Math.Round(term.Value, 6));

    /// <summary>Cosine of the angle to another vector, 0 to 1; halved when they share a single term, since one word is hardly a subject. Terms are added in rising order, so the last bit is the same everywhere.</summary>
    public double Cosine(TermVector other)
    {
        var (few, many) = _weights.Count <= other._weights.Count ? (this, other) : (other, this);
        var shared = few._weights.Where(term => many._weights.ContainsKey(term.Key)).OrderBy(term => term.Key).ToList();
        return shared.Sum(term => term.Value * many._weights[term.Key]) * (shared.Count == 1 ? SingleTermFactor : 1);
    }

    /// <summary>The words of a text that weigh most, as <see cref="WordTerm"/> numbers them.</summary>
    public static HashSet<int> HeaviestWords(string text, int count) =>
    [
        .. Counts(text).Where(term => term.Value.Kind == Kind.Word)
            .OrderByDescending(term => Weight(term.Key, term.Value.Count, Kind.Word)).ThenBy(term => term.Key).Take(count).Select(term => term.Key),
    ];

    /// <summary>The number of a word's term, or null for function words, single letters and numbers.</summary>
    public static int? WordTerm(ReadOnlySpan<char> word)
    {
        Span<char> letters = stackalloc char[LongestWord];
        word = word[..Math.Min(word.Length, LongestWord)];
        var lower = letters[..word.ToLowerInvariant(letters)];
        return IsContent(lower) ? (int)(Hash(Stem.Of(lower)) % Buckets) : null;
    }

    private static double Weight(int term, int count, Kind kind) => (1 + Math.Log(count)) * Rarity.Value.GetValueOrDefault(term, RarestIdf) * kind switch
    {
        Kind.Pair => PairWeight,
        Kind.Beginning => BeginningWeight,
        Kind.Field => FieldWeight,
        _ => 1,
    };

    private static Dictionary<int, double> CountReference()
    {
        var documents = new Dictionary<int, int>();
        foreach (var term in ReferenceSet.English.SelectMany(paragraph => Counts(paragraph).Keys))
        {
            documents[term] = documents.GetValueOrDefault(term) + 1;
        }

        var rarity = documents.ToDictionary(term => term.Key, term => Idf(term.Value, ReferenceSet.English.Count));
        foreach (var (words, idf) in ReferenceSet.CommonWords.Zip(CommonIdf))
        {
            foreach (var word in words.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var stem = Stem.Of(word);
                Lower(Hash(stem), idf);
                if (stem.Length >= Beginning)
                {
                    Lower(Hash(stem[..Beginning]) ^ BeginningSalt, idf);
                }
            }
        }

        return rarity;

        void Lower(ulong hash, double idf)
        {
            var term = (int)(hash % Buckets);
            rarity[term] = Math.Min(rarity.GetValueOrDefault(term, double.MaxValue), idf);
        }
    }

    private static double Idf(int documents, int all) => Math.Log((all + 1) / (documents + 0.5));

    private static Dictionary<ulong, ulong[]> ReadFields() => ReferenceSet.Fields
        .Select(line => line.Split(':', 2))
        .SelectMany(parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (Word: Hash(Stem.Of(word)), Field: Hash(parts[0]) ^ FieldSalt)))
        .GroupBy(pair => pair.Word).ToDictionary(group => group.Key, group => group.Select(pair => pair.Field).Distinct().ToArray());

    private static Dictionary<int, (int Count, Kind Kind)> Counts(string text)
    {
        var counts = new Dictionary<int, (int Count, Kind Kind)>();
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
                    Add(counts, Hash([previousIdeograph, word[0]]), Kind.Word);
                }

                (previousIdeograph, previous) = (word[0], 0);
                continue;
            }

            previousIdeograph = '\0';
            word = word[..Math.Min(word.Length, LongestWord)];
            var lower = letters[..word.ToLowerInvariant(letters)];
            if (IsContent(lower))
            {
                previous = AddWord(counts, Stem.Of(lower), previous);
            }
        }

        return counts;
    }

    /// <summary>Adds a stem with its beginning, its fields and the pair with the content word before it.</summary>
    private static ulong AddWord(Dictionary<int, (int Count, Kind Kind)> counts, ReadOnlySpan<char> stem, ulong previous)
    {
        var hash = Hash(stem);
        Add(counts, hash, Kind.Word);
        if (stem.Length >= Beginning)
        {
            Add(counts, Hash(stem[..Beginning]) ^ BeginningSalt, Kind.Beginning);
        }

        foreach (var field in Fields.Value.GetValueOrDefault(hash, []))
        {
            Add(counts, field, Kind.Field);
        }

        if (previous != 0)
        {
            Add(counts, (previous * PairSalt) ^ hash, Kind.Pair);
        }

        return hash;
    }

    private static bool IsContent(ReadOnlySpan<char> word) => word.Length > 1 && !FunctionWords.Contains(word) && word.IndexOfAnyExceptInRange('0', '9') >= 0;

    private static void Add(Dictionary<int, (int Count, Kind Kind)> counts, ulong hash, Kind kind)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, (int)(hash % Buckets), out _);
        entry = (entry.Count + 1, kind);
    }

    private static ulong Hash(ReadOnlySpan<char> term) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(term));
}
