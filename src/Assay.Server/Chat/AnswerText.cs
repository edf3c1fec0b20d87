using Assay.Client.Chat;

namespace Assay.Server.Chat;

/// <summary>Cuts an answer where its verbatim spans begin and end. Pure.</summary>
internal static class AnswerText
{
    /// <param name="Span">Number of the span from 1; 0 for text without a source.</param>
    public readonly record struct Piece(string Text, int Span);

    /// <summary>The whole text in order. Where spans overlap, the earlier one keeps the characters.</summary>
    public static List<Piece> Pieces(string text, IReadOnlyList<SpanView> spans)
    {
        var pieces = new List<Piece>();
        var place = 0;
        for (var number = 0; number < spans.Count; number++)
        {
            var start = Math.Clamp(spans[number].Start, place, text.Length);
            var end = Math.Clamp(spans[number].End, start, text.Length);
            if (end == start)
            {
                continue;
            }

            if (start > place)
            {
                pieces.Add(new Piece(text[place..start], 0));
            }

            pieces.Add(new Piece(text[start..end], number + 1));
            place = end;
        }

        if (place < text.Length)
        {
            pieces.Add(new Piece(text[place..], 0));
        }

        return pieces;
    }
}
