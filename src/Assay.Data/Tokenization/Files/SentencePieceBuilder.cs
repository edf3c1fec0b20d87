using System.Text;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Normalizers;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Files;

/// <summary>Builds a tokenizer's parts from the entries of a SentencePiece model.</summary>
/// <remarks>https://github.com/google/sentencepiece, src/bpe_model.cc, unigram_model.cc, normalizer.cc and sentencepiece_processor.cc, release 0.2.0.</remarks>
internal sealed class SentencePieceBuilder
{
    private const double SmallestNormal = 1.17549435e-38;

    private readonly IReadOnlyList<SentencePieceEntry> entries;
    private readonly SentencePieceOptions options;
    private readonly Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
    private readonly int unknown;
    private readonly int[] idOfByte;

    /// <exception cref="InvalidTokenizerException">The entries contradict each other or the options.</exception>
    public SentencePieceBuilder(IReadOnlyList<SentencePieceEntry> entries, SentencePieceOptions options)
    {
        (this.entries, this.options) = (entries, options);
        for (var id = 0; id < entries.Count; id++)
        {
            if (!vocabulary.TryAdd(entries[id].Text, id))
            {
                throw new InvalidTokenizerException($"The piece '{entries[id].Text}' of the SentencePiece model occurs twice.");
            }
        }

        var unknowns = Of(SentencePieceType.Unknown).ToList();
        unknown = unknowns is [var only] ? only.Id : throw new InvalidTokenizerException($"The SentencePiece model has {unknowns.Count} unknown pieces instead of one.");
        idOfByte = Bytes();
    }

    /// <summary>Ids that control tokens have, by spelling.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <exception cref="InvalidTokenizerException">The model is of a kind that is not supported.</exception>
    public TokenizerParts Build()
    {
        var userDefined = Of(SentencePieceType.UserDefined).Select(static item => (item.Text, new AddedToken(item.Id, item.Text, false))).ToList();
        var matcher = new AddedTokenMatcher(userDefined);
        var map = options.CharsMap.Length > 0 ? CharsMap.Parse(options.CharsMap) : null;
        var isBytePair = options.ModelType == SentencePieceOptions.BytePairs;
        var control = Of(SentencePieceType.Control).Append((Id: unknown, entries[unknown].Text));
        return new(vocabulary, isBytePair ? BytePairs() : Unigram(), Decoder())
        {
            AddedTokens = [.. control.Select(static item => new AddedToken(item.Id, item.Text, Special: true))],
            Normalizer = new SentencePieceNormalizer(options, map, matcher),

            // A unigram model weighs user-defined pieces against others; byte pairs cut the text at them.
            Normalized = isBytePair ? matcher : new([]),
            Shown = new Dictionary<int, string> { [unknown] = options.UnknownSurface },
        };
    }

    private TokenDecoder Decoder()
    {
        var stripsMore = options.RemoveExtraWhitespaces;
        var stripsFirst = options.AddDummyPrefix || stripsMore;
        return new([() => new SentencePieceStage(stripsFirst, stripsMore)]) { HasByteTokens = true };
    }

    private UnigramModel Unigram()
    {
        if (options.ModelType != SentencePieceOptions.Unigram)
        {
            throw new InvalidTokenizerException($"The SentencePiece model has the model_type {options.ModelType}; supported are 1 (unigram) and 2 (BPE).");
        }

        var normal = Of(SentencePieceType.Normal).ToList();
        var scores = normal.Select(item => (double)entries[item.Id].Score).DefaultIfEmpty().ToList();
        var findable = normal.Concat(Of(SentencePieceType.UserDefined)).ToDictionary(static item => item.Text, static item => item.Id, StringComparer.Ordinal);
        return new(new(findable, [.. entries.Select(static entry => (double)entry.Score)], unknown)
        {
            IdOfByte = idOfByte,
            SinglePrecision = true,
            UserDefined = [.. Of(SentencePieceType.UserDefined).Select(static item => item.Id)],
            LowestScore = scores.Min(),

            // SentencePiece starts its maximum at the smallest positive number, so scores, which are negative, never raise it.
            HighestScore = Math.Max(SmallestNormal, scores.Max()),
        });
    }

    private BytePairModel BytePairs()
    {
        if (Of(SentencePieceType.Unused).Any())
        {
            throw new InvalidTokenizerException("The SentencePiece model has unused pieces in a BPE vocabulary; this is not supported.");
        }

        // The pair whose joined piece has the best score is merged first: a rank for every distinct score, the best lowest.
        var normal = Of(SentencePieceType.Normal).ToList();
        var rankOf = normal.Select(item => entries[item.Id].Score).Distinct().OrderDescending().Index().ToDictionary(static item => item.Item, static item => item.Index);
        var symbolOf = normal.ToDictionary(static item => item.Text, static item => item.Id, StringComparer.Ordinal);
        var spare = AddSpare(symbolOf, normal);
        var symbols = new CharacterSymbols(symbolOf, idOfByte, unknown, fuseUnknown: true);
        var lookup = symbolOf.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new PairTable(2 * normal.Count);
        List<(string, string)> sides = [];
        foreach (var (id, text) in normal)
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right))
                {
                    merges.Set(left, right, rankOf[entries[id].Score], id);
                    sides.Add((text[..cut], text[cut..]));
                }
            }
        }

        var boundaries = spare.Count > 0 && idOfByte.Length == 0 ? null : new MergeBoundaries(symbols, sides, static _ => false);
        return new(merges, symbols, ignoreMerges: false, boundaries, spare.Count > 0 ? new(entries.Count, spare, idOfByte, unknown) : null);
    }

    private List<Rune> AddSpare(Dictionary<string, int> symbolOf, List<(int Id, string Text)> normal)
    {
        List<Rune> spare = [];
        foreach (var rune in normal.SelectMany(static item => item.Text.EnumerateRunes()))
        {
            if (symbolOf.TryAdd(rune.ToString(), entries.Count + spare.Count))
            {
                spare.Add(rune);
            }
        }

        return spare;
    }

    private IEnumerable<(int Id, string Text)> Of(SentencePieceType type) =>
        entries.Index().Where(item => item.Item.Type == type).Select(static item => (item.Index, item.Item.Text));

    private int[] Bytes()
    {
        var ids = new int[256];
        Array.Fill(ids, -1);
        foreach (var (id, text) in Of(SentencePieceType.Byte))
        {
            var value = ByteFallbackStage.ByteOf(text);
            ids[value >= 0 ? value : throw new InvalidTokenizerException($"The byte piece '{text}' of the SentencePiece model is not <0x00> to <0xFF>.")] = id;
        }

        var present = ids.Count(static id => id >= 0);
        return (options.ByteFallback, present) switch
        {
            (true, 256) => ids,
            (false, 0) => [],
            _ => throw new InvalidTokenizerException($"The SentencePiece model has {present} byte pieces, and byte_fallback is {options.ByteFallback}."),
        };
    }
}
