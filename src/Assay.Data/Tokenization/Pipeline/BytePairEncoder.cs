using System.Collections.Concurrent;
using System.Text;

namespace Assay.Data.Tokenization.Pipeline;

/// <summary>Byte-level byte-pair encoding of single words (Sennrich et al. 2016; bytes as in GPT-2).</summary>
internal sealed class BytePairEncoder
{
    private const int CachedWordLength = 64;
    private const int CachedWords = 1 << 16;
    private const int ScannedWordLength = 48;

    private readonly Dictionary<ulong, Merge> merges;
    private readonly int[] idOfByte;
    private readonly Dictionary<string, int>? wholeWords;
    private readonly int[] byteLengths;
    private readonly ConcurrentDictionary<string, EncodedWord> cache = new();
    private readonly ConcurrentDictionary<string, EncodedWord>.AlternateLookup<ReadOnlySpan<char>> cacheLookup;
    private int cached;

    /// <param name="vocabulary">Byte-level spelling → id.</param>
    /// <param name="merges">Pairs of ids in order of rank, with the id of the joined token.</param>
    /// <param name="ignoreMerges">True: a word that is in the vocabulary is that one token, whatever the merges say.</param>
    /// <param name="unknownId">Token of bytes that the vocabulary lacks; −1 leaves them out.</param>
    public BytePairEncoder(Dictionary<string, int> vocabulary, IReadOnlyList<(int Left, int Right, int Joined)> merges, bool ignoreMerges, int unknownId)
    {
        this.merges = new(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            this.merges[Pair(merges[rank].Left, merges[rank].Right)] = new(rank, merges[rank].Joined);
        }

        idOfByte = [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault(ByteLevelAlphabet.CharOf((byte)value).ToString(), unknownId))];
        wholeWords = ignoreMerges ? vocabulary : null;
        byteLengths = new int[vocabulary.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach (var (spelling, id) in vocabulary)
        {
            byteLengths[id] = ByteLevelAlphabet.BytesOf(spelling).Length;
        }

        if (unknownId >= 0)
        {
            byteLengths[unknownId] = 1;
        }

        cacheLookup = cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The tokens of one word, which must hold no lone surrogate.</summary>
    public EncodedWord Encode(ReadOnlySpan<char> word)
    {
        if (word.Length > CachedWordLength)
        {
            return EncodeNew(word);
        }

        if (cacheLookup.TryGetValue(word, out var known))
        {
            return known;
        }

        var encoded = EncodeNew(word);
        if (Interlocked.Increment(ref cached) > CachedWords)
        {
            cache.Clear();
            Interlocked.Exchange(ref cached, 1);
        }

        cacheLookup[word] = encoded;
        return encoded;
    }

    private EncodedWord EncodeNew(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        if (wholeWords is not null && wholeWords.TryGetValue(ByteLevelAlphabet.Spell(word.ToString()), out var whole))
        {
            return new([whole], [bytes.Length]);
        }

        var symbols = new List<int>(bytes.Length);
        var ends = new List<int>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var id = idOfByte[bytes[i]];
            if (id >= 0)
            {
                symbols.Add(id);
            }
        }

        var merged = symbols.Count <= ScannedWordLength ? MergeByScan(symbols) : MergeByHeap([.. symbols]);
        var end = 0;
        foreach (var id in merged)
        {
            end = Math.Min(bytes.Length, end + byteLengths[id]);
            ends.Add(end);
        }

        return new([.. merged], [.. ends]);
    }

    private List<int> MergeByScan(List<int> symbols)
    {
        while (symbols.Count > 1)
        {
            var best = new Merge(int.MaxValue, -1);
            var at = -1;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (merges.TryGetValue(Pair(symbols[i], symbols[i + 1]), out var merge) && merge.Rank < best.Rank)
                {
                    (best, at) = (merge, i);
                }
            }

            if (at < 0)
            {
                break;
            }

            symbols[at] = best.Joined;
            symbols.RemoveAt(at + 1);
        }

        return symbols;
    }

    /// <summary>The same merges in O(n log n), for text without word ends: lowest rank first, leftmost among equals.</summary>
    private List<int> MergeByHeap(int[] symbols)
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
            Offer(i, i + 1);
        }

        while (heap.TryDequeue(out var left, out var priority))
        {
            // An entry is stale when one of its symbols was merged since: then the pair at this place has another rank, or none.
            var right = next[left];
            if (symbols[left] < 0 || right >= symbols.Length ||
                !merges.TryGetValue(Pair(symbols[left], symbols[right]), out var merge) || merge.Rank != (int)(priority >> 32))
            {
                continue;
            }

            symbols[left] = merge.Joined;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < symbols.Length)
            {
                previous[next[left]] = left;
                Offer(left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Offer(previous[left], left);
            }
        }

        return [.. symbols.Where(static id => id >= 0)];

        void Offer(int left, int right)
        {
            if (merges.TryGetValue(Pair(symbols[left], symbols[right]), out var merge))
            {
                heap.Enqueue(left, ((ulong)merge.Rank << 32) | (uint)left);
            }
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private readonly record struct Merge(int Rank, int Joined);
}
