using System.Runtime.InteropServices;
using System.Text;
using Assay.Data.Tokenization.Patterns;
using Assay.Data.Tokenization.PreTokenizers;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization;

/// <summary>Trains a byte-level BPE vocabulary: the most frequent pair of neighbours becomes a token, again and again.</summary>
/// <remarks>
/// The result depends on the multiset of words only, not on the order of texts: among equally frequent pairs the one with the lower left id,
/// then the lower right id, is merged first. Sennrich et al. 2016, arXiv:1508.07909; counts are updated where a merge changed them.
/// </remarks>
public sealed class BytePairTrainer
{
    private readonly BytePairTrainerOptions options;
    private readonly Dictionary<string, long> wordCounts = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, long> pairCounts = [];
    private readonly Dictionary<ulong, List<int>> wordsOfPair = [];
    private readonly PriorityQueue<ulong, (long NegativeCount, ulong Pair)> queue = new();
    private readonly List<string> tokens = [];
    private readonly List<(int Left, int Right)> merges = [];
    private int[][] words = [];
    private long[] counts = [];

    private BytePairTrainer(BytePairTrainerOptions options) => this.options = options;

    /// <summary>Trains on texts.</summary>
    /// <param name="texts">Read once, one at a time.</param>
    /// <param name="options">Size and special tokens.</param>
    /// <param name="cancel">Checked between texts and merges.</param>
    /// <exception cref="ArgumentException">The vocabulary is too small for the bytes and special tokens, or special tokens repeat or are empty.</exception>
    public static BytePairVocabulary Train(IEnumerable<string> texts, BytePairTrainerOptions options, CancellationToken cancel)
    {
        var smallest = 256 + options.SpecialTokens.Count;
        if (options.VocabularySize < smallest || options.VocabularySize > Tokenizer.MaxTokens)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.VocabularySize, $"The vocabulary size must be {smallest} to {Tokenizer.MaxTokens}.");
        }

        if (options.SpecialTokens.Any(string.IsNullOrEmpty) || options.SpecialTokens.Distinct().Count() != options.SpecialTokens.Count)
        {
            throw new ArgumentException("Special tokens must be distinct and not empty.", nameof(options));
        }

        var trainer = new BytePairTrainer(options);
        trainer.CountWords(texts, cancel);
        trainer.CountPairs();
        trainer.Merge(cancel);
        return new(options.SpecialTokens, trainer.tokens, trainer.merges);
    }

    private void CountWords(IEnumerable<string> texts, CancellationToken cancel)
    {
        var cutter = new SplitPreTokenizer(SplitPattern.FromRegex(WordPatterns.SingleDigits), SplitBehavior.Isolated, invert: false);
        var lookup = wordCounts.GetAlternateLookup<ReadOnlySpan<char>>();
        var pieces = new List<TextPiece>();
        foreach (var text in texts)
        {
            cancel.ThrowIfCancellationRequested();
            pieces.Clear();
            cutter.Cut(new(new(text, 0), 0, text.Length), pieces);
            foreach (var piece in pieces)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, piece.Chars, out _)++;
            }
        }
    }

    private void CountPairs()
    {
        var first = options.SpecialTokens.Count;
        for (var value = 0; value < 256; value++)
        {
            tokens.Add(ByteLevelAlphabet.CharOf((byte)value).ToString());
        }

        words = new int[wordCounts.Count][];
        counts = new long[wordCounts.Count];
        var index = 0;
        foreach (var (word, count) in wordCounts)
        {
            words[index] = [.. Encoding.UTF8.GetBytes(word).Select(value => first + value)];
            counts[index] = count;
            for (var i = 0; i + 1 < words[index].Length; i++)
            {
                Change(Pair(words[index][i], words[index][i + 1]), index, count);
            }

            index++;
        }

        foreach (var (pair, count) in pairCounts)
        {
            queue.Enqueue(pair, (-count, pair));
        }
    }

    private void Merge(CancellationToken cancel)
    {
        var touched = new HashSet<ulong>();
        while (options.SpecialTokens.Count + tokens.Count < options.VocabularySize && queue.TryDequeue(out var pair, out var priority))
        {
            cancel.ThrowIfCancellationRequested();

            // Every change of a count enqueues the pair anew, so an entry with another count is an old one.
            var count = pairCounts.GetValueOrDefault(pair);
            if (-priority.NegativeCount != count || count < options.MinimumPairCount)
            {
                continue;
            }

            var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
            var joined = Spelling(left) + Spelling(right);
            if (joined.Length > options.LongestToken)
            {
                continue;
            }

            var id = options.SpecialTokens.Count + tokens.Count;
            tokens.Add(joined);
            merges.Add((left, right));
            touched.Clear();
            foreach (var word in wordsOfPair[pair])
            {
                Replace(word, (left, right, id), touched);
            }

            wordsOfPair.Remove(pair);
            foreach (var changed in touched.Where(changed => pairCounts.GetValueOrDefault(changed) > 0))
            {
                queue.Enqueue(changed, (-pairCounts[changed], changed));
            }
        }
    }

    /// <summary>Merges the pair in one word, left to right, and takes its old pairs out of the counts and its new ones in.</summary>
    private void Replace(int word, (int Left, int Right, int Joined) merge, HashSet<ulong> touched)
    {
        var old = words[word];
        var merged = new List<int>(old.Length);
        for (var i = 0; i < old.Length; i++)
        {
            var here = i + 1 < old.Length && old[i] == merge.Left && old[i + 1] == merge.Right;
            merged.Add(here ? merge.Joined : old[i]);
            i += here ? 1 : 0;
        }

        // A word is listed once per occurrence it ever had: later visits find nothing left to merge.
        if (merged.Count == old.Length)
        {
            return;
        }

        words[word] = [.. merged];
        for (var i = 0; i + 1 < old.Length; i++)
        {
            touched.Add(Change(Pair(old[i], old[i + 1]), word: -1, -counts[word]));
        }

        for (var i = 0; i + 1 < merged.Count; i++)
        {
            var pair = Pair(merged[i], merged[i + 1]);
            var isNew = merged[i] == merge.Joined || merged[i + 1] == merge.Joined;
            touched.Add(Change(pair, isNew ? word : -1, counts[word]));
        }
    }

    private ulong Change(ulong pair, int word, long by)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(pairCounts, pair, out _) += by;
        if (word >= 0)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(wordsOfPair, pair, out _);
            list ??= [];
            list.Add(word);
        }

        return pair;
    }

    private string Spelling(int id) => tokens[id - options.SpecialTokens.Count];

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
