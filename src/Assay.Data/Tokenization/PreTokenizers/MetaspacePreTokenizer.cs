using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>Writes blanks as a visible mark, as SentencePiece does, and cuts before each mark.</summary>
/// <param name="mark">The mark, usually U+2581.</param>
/// <param name="prepend">Where a mark is put in front.</param>
/// <param name="split">False leaves the text in one piece.</param>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme prepend, bool split) : IPreTokenizer
{
    private readonly SplitPreTokenizer cut = new(new UnitMatcher(mark), SplitBehavior.MergedWithNext, invert: false);

    public void Cut(TextPiece piece, List<TextPiece> output)
    {
        var text = piece.Text.Slice(piece.Start, piece.Length);
        if (text.Value.Length == 0)
        {
            return;
        }

        text = text.WithUnits(text.Value.Replace(' ', mark));
        var prepends = prepend == PrependScheme.Always || (prepend == PrependScheme.First && text.SpanOf(0).Start == 0);
        if (prepends && text.Value[0] != mark)
        {
            text = text.Prepend(mark.ToString());
        }

        var marked = new TextPiece(text, 0, text.Value.Length);
        if (split)
        {
            cut.Cut(marked, output);
        }
        else
        {
            output.Add(marked);
        }
    }
}
