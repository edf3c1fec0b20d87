using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>Byte-pair encoding of words of bytes or characters.</summary>
internal sealed class BytePairModel : ISubwordModel
{
    private const int CachedWordLength = 64;
    private const int CachedWords = 1 << 16;
    private const int ShortWord = 256;

    private readonly PairTable merges;
    private readonly ISymbols symbols;
    private readonly bool ignoreMerges;
    private readonly MergeBoundaries? boundaries;
    private readonly SpareSymbols? spare;
    private readonly ConcurrentDictionary<string, EncodedWord> cache = new();
    private readonly ConcurrentDictionary<string, EncodedWord>.AlternateLookup<ReadOnlySpan<char>> cacheLookup;
    private int cached;

    /// <param name="merges">Rank and joined symbol of each pair that joins.</param>
    /// <param name="symbols">What words consist of before any merge.</param>
    /// <param name="ignoreMerges">True: a piece that is in the vocabulary is that one token, whatever the merges say.</param>
    /// <param name="boundaries">Where a piece may be cut because no merge reaches across; null encodes each piece whole.</param>
    /// <param name="spare">Symbols that are no tokens, or null.</param>
    public BytePairModel(PairTable merges, ISymbols symbols, bool ignoreMerges, MergeBoundaries? boundaries = null, SpareSymbols? spare = null)
    {
        this.merges = merges;
        this.symbols = symbols;
        this.ignoreMerges = ignoreMerges;
        this.boundaries = boundaries;
        this.spare = spare;
        cacheLookup = cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, TokenRun output)
    {
        if (boundaries is null)
        {
            EncodeWord(piece, 0, output);
            return;
        }

        if (ignoreMerges && symbols.TryWhole(piece, out var whole))
        {
            output.Add(whole, Encoding.UTF8.GetByteCount(piece));
            return;
        }

        var offset = 0;
        for (var start = 0; start < piece.Length;)
        {
            var word = piece[start..boundaries.Next(piece, start)];
            EncodeWord(word, offset, output);
            offset += Encoding.UTF8.GetByteCount(word);
            start += word.Length;
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, int offset, TokenRun output)
    {
        if (word.Length > CachedWordLength)
        {
            EncodeNew(word, offset, output);
            return;
        }

        if (!cacheLookup.TryGetValue(word, out var known))
        {
            var own = new TokenRun();
            EncodeNew(word, 0, own);
            known = new([.. own.Ids], [.. own.ByteEnds]);
            if (Interlocked.Increment(ref cached) > CachedWords)
            {
                cache.Clear();
                Interlocked.Exchange(ref cached, 1);
            }

            cacheLookup[word] = known;
        }

        output.Ids.AddRange(known.Ids);
        foreach (var end in known.ByteEnds)
        {
            output.ByteEnds.Add(offset + end);
        }
    }

    private void EncodeNew(ReadOnlySpan<char> word, int offset, TokenRun output)
    {
        var length = Encoding.UTF8.GetByteCount(word);
        if (ignoreMerges && boundaries is null && symbols.TryWhole(word, out var whole))
        {
            output.Add(whole, offset + length);
            return;
        }

        var ids = length <= ShortWord ? stackalloc int[length] : new int[length];
        var ends = length <= ShortWord ? stackalloc int[length] : new int[length];
        var count = symbols.Read(word, ids, ends);
        count = BytePairMerger.Merge(merges, ids[..count], ends[..count]);
        if (spare is null)
        {
            var first = output.ByteEnds.Count;
            output.Ids.AddRange(ids[..count]);
            output.ByteEnds.AddRange(ends[..count]);
            foreach (ref var end in CollectionsMarshal.AsSpan(output.ByteEnds)[first..])
            {
                end += offset;
            }

            return;
        }

        for (var i = 0; i < count; i++)
        {
            spare.Add(ids[i], offset + ends[i], output);
        }
    }
}
