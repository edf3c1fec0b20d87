using System.Text;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Files;
using Assay.Data.Tokenization.Normalizers;
using Assay.Data.Tokenization.PreTokenizers;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization;

/// <summary>Text to token ids and back. Safe to use from several threads at once.</summary>
/// <remarks>
/// Made by <see cref="TokenizerJson"/>, <see cref="SentencePieceModel"/>, <see cref="TiktokenFile"/> or, for a model folder, <see cref="TokenizerFolder"/>.
/// Token ids equal those of the reference implementations; <c>docs/design/tokenizers.md</c> says on which files that was checked.
/// </remarks>
public sealed class Tokenizer
{
    /// <summary>The most token ids a file may use.</summary>
    public const int MaxTokens = 1 << 22;

    private readonly TokenizerParts parts;
    private readonly Dictionary<string, AddedToken> addedByContent = new(StringComparer.Ordinal);
    private readonly string?[] spellings;
    private readonly HashSet<int> added;
    private readonly HashSet<int> special;

    internal Tokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        VocabularySize = parts.Vocabulary.Values.Concat(parts.AddedTokens.Select(static token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        spellings = new string?[VocabularySize];
        foreach (var (spelling, id) in parts.Vocabulary)
        {
            spellings[id] = spelling;
        }

        foreach (var token in parts.AddedTokens)
        {
            spellings[token.Id] = token.Content;
            addedByContent[token.Content] = token;
        }

        added = [.. parts.AddedTokens.Select(static token => token.Id)];
        special = [.. parts.AddedTokens.Where(static token => token.Special).Select(static token => token.Id)];
    }

    /// <summary>One more than the largest token id: the rows an embedding must have at least.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens beside the model's own, as the file lists them: control tokens and others that are found in text before the model splits it.</summary>
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
        var text = new StringBuilder();
        var run = StartDecoding();
        foreach (var id in ids)
        {
            if (TextOf(id) is { } token && !(skipSpecial && IsSpecial(id)))
            {
                text.Append(run.Push(token));
            }
        }

        return text.Append(run.Flush()).ToString();
    }

    /// <summary>The bytes a token adds to a text that has begun; none for an id without a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => TextOf(id) is { } token ? parts.Decoder.BytesOf(token) : [];

    /// <summary>The id of a token by its spelling in the file (byte-level for ordinary tokens), or null.</summary>
    public int? IdOf(string token) =>
        addedByContent.TryGetValue(token, out var added) ? added.Id : parts.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>The spelling of a token in the file, or null for an id without a token.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)spellings.Length ? spellings[id] : null;

    /// <summary>True for control tokens.</summary>
    public bool IsSpecial(int id) => special.Contains(id);

    internal DecoderRun StartDecoding() => parts.Decoder.Start();

    internal TokenText? TextOf(int id) => TokenOf(id) is { } spelling
        ? new(parts.Shown.GetValueOrDefault(id, spelling), Literal: added.Contains(id) || parts.Shown.ContainsKey(id))
        : null;

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
        CutAt(parts.Verbatim, new(WellFormed(text), 0), ids, spans, stretch =>
            CutAt(parts.Normalized, parts.Normalizer.Apply(stretch), ids, spans, plain => EncodePlain(plain, ids, spans)));

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
        var run = new TokenRun();
        foreach (var piece in pieces)
        {
            run.Clear();
            parts.Model.Encode(piece.Chars, run);
            ids.AddRange(run.Ids);
            if (spans is not null)
            {
                AddSpans(piece, run.ByteEnds, spans);
            }
        }
    }

    private static void AddSpans(TextPiece piece, List<int> byteEnds, List<TextSpan> spans)
    {
        // A token's stretch runs from the character that holds its first byte to the end of the one that holds its last.
        var unit = 0;
        var consumed = 0;
        foreach (var end in byteEnds)
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
