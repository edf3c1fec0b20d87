using System.Text;
using Assay.Data.Tokenization.Patterns;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>The cut before a byte-level model: an optional blank in front, then the GPT-2 words unless another part made them.</summary>
/// <param name="addPrefixSpace">True puts a blank before a piece that has none.</param>
/// <param name="useRegex">True cuts into GPT-2's words.</param>
/// <param name="spell">True writes the bytes out as characters for parts that follow; false leaves the text for a model that reads bytes.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex, bool spell) : IPreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(
        SplitPattern.FromRegex(WordPatterns.Gpt2), SplitBehavior.Isolated, invert: false);

    public void Cut(TextPiece piece, List<TextPiece> output)
    {
        if (addPrefixSpace && !piece.Chars.StartsWith(' '))
        {
            var prefixed = piece.Text.Slice(piece.Start, piece.Length).Prepend(" ");
            piece = new(prefixed, 0, prefixed.Value.Length);
        }

        var first = output.Count;
        if (useRegex)
        {
            Words.Cut(piece, output);
        }
        else
        {
            output.Add(piece);
        }

        for (var i = first; spell && i < output.Count; i++)
        {
            output[i] = Spell(output[i]);
        }
    }

    private static TextPiece Spell(TextPiece piece)
    {
        var value = new StringBuilder(piece.Length);
        var spans = new List<TextSpan>(piece.Length);
        var unit = piece.Start;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in piece.Chars.EnumerateRunes())
        {
            var last = unit + rune.Utf16SequenceLength - 1;
            var span = new TextSpan(piece.Text.SpanOf(unit).Start, piece.Text.SpanOf(last).End);
            foreach (var part in bytes[..rune.EncodeToUtf8(bytes)])
            {
                value.Append(ByteLevelAlphabet.CharOf(part));
                spans.Add(span);
            }

            unit = last + 1;
        }

        return new(new(value.ToString(), [.. spans]), 0, value.Length);
    }
}
