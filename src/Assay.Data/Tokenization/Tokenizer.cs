using System.Text;
using Assay.Data.Tokenization.Pipeline;

namespace Assay.Data.Tokenization;

/// <summary>Text to token ids and back. Safe to use from several threads at once.</summary>
/// <remarks>Token ids equal those of the reference library; checked against published GPT-2, LLaMA 3, Qwen 3 and DeepSeek V3 files.</remarks>
public sealed class Tokenizer
{
    /// <summary>The most token ids a file may use.</summary>
    public const int MaxTokens = 1 << 24;

    private readonly TokenizerParts parts;
    private readonly AddedTokenMatcher verbatim;
    private readonly AddedTokenMatcher normalized;
    private readonly Dictionary<string, AddedToken> addedByContent = new(StringComparer.Ordinal);
    private readonly string?[] spellings;
    private readonly byte[]?[] bytes;
    private readonly HashSet<int> special;

    internal Tokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        VocabularySize = parts.Vocabulary.Values.Concat(parts.AddedTokens.Select(static token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        spellings = new string?[VocabularySize];
        bytes = new byte[]?[VocabularySize];
        foreach (var (spelling, id) in parts.Vocabulary)
        {
            spellings[id] = spelling;
            bytes[id] = ByteLevelAlphabet.BytesOf(spelling);
        }

        foreach (var token in parts.AddedTokens)
        {
            spellings[token.Id] = token.Content;
            bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
            addedByContent[token.Content] = token;
        }

        special = [.. parts.AddedTokens.Where(static token => token.Special).Select(static token => token.Id)];
        verbatim = new(parts.AddedTokens.Where(static token => !token.Normalized).Select(static token => (token.Content, token)));
        normalized = new(parts.AddedTokens.Where(static token => token.Normalized)
            .Select(token => (parts.Normalizer.Apply(new(WellFormed(token.Content), 0)).Value, token)));
    }

    /// <summary>One more than the largest token id: the rows an embedding must have at least.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens found in text before the model splits it, as the file lists them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => parts.AddedTokens;

    /// <summary>Token ids of <paramref name="text"/> alone: no beginning or end token is added, but those written in the text are found.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    public int[] Encode(string text)
    {
        var ids = new List<int>(text.Length / 4);
        Run(text, ids, spans: null);
        return [.. ids];
    }

    /// <summary>Token ids of a text between the special ids that the file's post-processor adds, such as a beginning-of-text token.</summary>
    public int[] EncodeWithSpecials(string text) => [.. parts.Before, .. Encode(text), .. parts.After];

    /// <summary>Token ids and where each came from; no specials added.</summary>
    public EncodedText EncodeWithOffsets(string text)
    {
        var ids = new List<int>(text.Length / 4);
        var spans = new List<TextSpan>(text.Length / 4);
        Run(text, ids, spans);
        return new([.. ids], [.. spans]);
    }

    /// <summary>The text of <paramref name="ids"/>, special tokens included; ids without a token give nothing, broken UTF-8 gives U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids) => Decode(ids, skipSpecial: false);

    /// <summary>The text of token ids.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">True leaves control tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var buffer = new MemoryStream();
        foreach (var id in ids)
        {
            if (!(skipSpecial && IsSpecial(id)))
            {
                buffer.Write(BytesOf(id));
            }
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The bytes a token adds to a text; none for an id without a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)bytes.Length ? bytes[id] : [];

    /// <summary>The id of a token by its spelling in the file (byte-level for ordinary tokens), or null.</summary>
    public int? IdOf(string token) =>
        addedByContent.TryGetValue(token, out var added) ? added.Id : parts.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>The spelling of a token in the file, or null for an id without a token.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)spellings.Length ? spellings[id] : null;

    /// <summary>True for control tokens.</summary>
    public bool IsSpecial(int id) => special.Contains(id);

    private static string WellFormed(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        var chars = text.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
        {
            if (char.IsHighSurrogate(chars[i]) && i + 1 < chars.Length && char.IsLowSurrogate(chars[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(chars[i]))
            {
                chars[i] = '\uFFFD';
            }
        }

        return new(chars);
    }

    private void Run(string text, List<int> ids, List<TextSpan>? spans) =>
        CutAt(verbatim, new(WellFormed(text), 0), ids, spans, stretch =>
            CutAt(normalized, parts.Normalizer.Apply(stretch), ids, spans, plain => EncodePlain(plain, ids, spans)));

    private static void CutAt(AddedTokenMatcher matcher, AlignedText text, List<int> ids, List<TextSpan>? spans, Action<AlignedText> between)
    {
        var position = 0;
        foreach (var (span, token) in matcher.Find(text.Value))
        {
            if (span.Start > position)
            {
                between(text.Slice(position, span.Start - position));
            }

            ids.Add(token.Id);
            spans?.Add(new(text.SpanOf(span.Start).Start, text.SpanOf(span.End - 1).End));
            position = span.End;
        }

        if (position < text.Value.Length)
        {
            between(text.Slice(position, text.Value.Length - position));
        }
    }

    private void EncodePlain(AlignedText text, List<int> ids, List<TextSpan>? spans)
    {
        var pieces = new List<TextPiece>();
        parts.PreTokenizer.Cut(new(text, 0, text.Value.Length), pieces);
        foreach (var piece in pieces)
        {
            var word = parts.Encoder.Encode(piece.Chars);
            ids.AddRange(word.Ids);
            if (spans is not null)
            {
                AddSpans(piece, word, spans);
            }
        }
    }

    private static void AddSpans(TextPiece piece, EncodedWord word, List<TextSpan> spans)
    {
        // A token's stretch runs from the character that holds its first byte to the end of the one that holds its last.
        var unit = 0;
        var consumed = 0;
        foreach (var end in word.ByteEnds)
        {
            var first = unit;
            var last = unit;
            while (consumed < end && unit < piece.Length)
            {
                Rune.DecodeFromUtf16(piece.Chars[unit..], out var rune, out var units);
                last = unit + units - 1;
                if (consumed + rune.Utf8SequenceLength > end)
                {
                    break;
                }

                consumed += rune.Utf8SequenceLength;
                unit += units;
            }

            var lastUnit = piece.Start + piece.Length - 1;
            spans.Add(new(piece.Text.SpanOf(Math.Min(piece.Start + first, lastUnit)).Start, piece.Text.SpanOf(Math.Min(piece.Start + last, lastUnit)).End));
        }
    }
}
