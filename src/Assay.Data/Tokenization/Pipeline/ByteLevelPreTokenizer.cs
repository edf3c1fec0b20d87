namespace Assay.Data.Tokenization.Pipeline;

/// <summary>The cut before a byte-level model: an optional blank in front, then the GPT-2 words unless another part made them.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
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

        if (useRegex)
        {
            Words.Cut(piece, output);
        }
        else
        {
            output.Add(piece);
        }
    }
}
