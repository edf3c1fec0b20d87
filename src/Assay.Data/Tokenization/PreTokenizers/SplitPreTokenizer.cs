using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>Cuts at the matches of a pattern.</summary>
/// <param name="pattern">What is matched.</param>
/// <param name="behavior">What happens to the matches.</param>
/// <param name="invert">True: the stretches between the matches count as the matches.</param>
internal sealed class SplitPreTokenizer(IMatcher pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Cut(TextPiece piece, List<TextPiece> output)
    {
        var previousMatched = false;
        var open = new TextSpan(0, 0);
        foreach (var (span, isMatch) in Stretches(piece))
        {
            var matched = isMatch != invert;
            var joins = behavior switch
            {
                SplitBehavior.MergedWithPrevious => matched && !previousMatched,
                SplitBehavior.MergedWithNext => previousMatched && !matched,
                SplitBehavior.Contiguous => matched == previousMatched,
                _ => false,
            };
            if (behavior == SplitBehavior.Removed && matched)
            {
                Emit(piece, open, output);
                open = new(span.End, span.End);
            }
            else if (joins)
            {
                open = open with { End = span.End };
            }
            else
            {
                Emit(piece, open, output);
                open = span;
            }

            previousMatched = matched;
        }

        Emit(piece, open, output);
    }

    private static void Emit(TextPiece piece, TextSpan span, List<TextPiece> output)
    {
        if (span.End > span.Start)
        {
            output.Add(new(piece.Text, piece.Start + span.Start, span.End - span.Start));
        }
    }

    private IEnumerable<(TextSpan Span, bool IsMatch)> Stretches(TextPiece piece)
    {
        var position = 0;
        foreach (var match in pattern.Find(piece.Chars))
        {
            if (match.Start > position)
            {
                yield return (new(position, match.Start), false);
            }

            yield return (match, true);
            position = match.End;
        }

        if (position < piece.Length)
        {
            yield return (new(position, piece.Length), false);
        }
    }
}
