namespace Assay.Data.Records;

/// <summary>Cuts running text into chunks of whole paragraphs, aiming at 2,000 characters, 200 to 4,000.</summary>
internal static class Chunks
{
    public const int Shortest = 200;
    private const int Target = 2_000;

    /// <summary>A leftover below <see cref="Shortest"/> may still join: 4,000 at most in all.</summary>
    private const int Longest = 3_800;

    private static readonly string[] SentenceEnds = ["\n", ". ", "! ", "? ", "。", "！", "？", "; ", " "];

    /// <summary>Cuts [start, end), giving every chunk the prompt when there is one.</summary>
    public static void Read(SourceText text, RecordReader.Collector found, int start, int end, RecordTurn? prompt)
    {
        foreach (var (from, to, whole) in Merge(Cut(text.Text, start, end)))
        {
            var (first, last) = text.Trim(from, to);
            if (first == last)
            {
                continue;
            }

            if (Fault(text.Text.AsSpan(first, last - first), whole) is { } fault)
            {
                found.Skip(fault, malformed: true, first, last);
            }
            else if (prompt is null)
            {
                found.Add(RecordForm.Chunk, [text.Turn(TurnRole.Text, first, last)]);
            }
            else
            {
                found.Add(RecordForm.Section, [prompt, text.Turn(TurnRole.Assistant, first, last)]);
            }
        }
    }

    /// <summary>Pieces of at most <see cref="Longest"/>, cut at the last paragraph end, else line end, sentence end or space.</summary>
    private static List<(int Start, int End, bool Whole)> Cut(string text, int start, int end)
    {
        var pieces = new List<(int, int, bool)>();
        while (end - start > Longest)
        {
            var paragraph = LastParagraphEnd(text.AsSpan(start, Target));
            var cut = paragraph >= Shortest ? start + paragraph : ParagraphAfter(text, start);
            var whole = true;
            if (cut < 0)
            {
                var length = SentenceEnd(text.AsSpan(start, Longest));
                whole = length > 0;
                cut = start + (whole ? length : Longest);
                cut -= !whole && char.IsLowSurrogate(text[cut]) ? 1 : 0;
            }

            pieces.Add((start, cut, whole));
            start = cut;
        }

        if (end - start > Target && LastParagraphEnd(text.AsSpan(start, Target)) is var middle and >= Shortest)
        {
            pieces.Add((start, start + middle, true));
            start += middle;
        }

        pieces.Add((start, end, true));
        return pieces;
    }

    private static int ParagraphAfter(string text, int start)
    {
        var from = start + Target - 2;
        var window = text.AsSpan(from, Longest - Target);
        var found = window.IndexOf("\n\n") is var plain and >= 0 ? plain + 2 : window.IndexOf("\n\r\n") is var windows and >= 0 ? windows + 3 : -1;
        return found < 0 ? -1 : from + found;
    }

    /// <summary>Index after the last blank line, 0 when there is none.</summary>
    private static int LastParagraphEnd(ReadOnlySpan<char> text) =>
        Math.Max(text.LastIndexOf("\n\n") is var plain and >= 0 ? plain + 2 : 0, text.LastIndexOf("\n\r\n") is var windows and >= 0 ? windows + 3 : 0);

    private static int SentenceEnd(ReadOnlySpan<char> piece)
    {
        foreach (var mark in SentenceEnds)
        {
            if (piece.LastIndexOf(mark) is var found and >= Shortest)
            {
                return found + mark.Length;
            }
        }

        return 0;
    }

    /// <summary>A leftover shorter than <see cref="Shortest"/> joins the chunk before it.</summary>
    private static List<(int Start, int End, bool Whole)> Merge(List<(int Start, int End, bool Whole)> pieces)
    {
        for (var index = pieces.Count - 1; index > 0; index--)
        {
            if (pieces[index].End - pieces[index].Start < Shortest)
            {
                pieces[index - 1] = (pieces[index - 1].Start, pieces[index].End, pieces[index - 1].Whole && pieces[index].Whole);
                pieces.RemoveAt(index);
            }
        }

        return pieces;
    }

    private static string? Fault(ReadOnlySpan<char> chunk, bool whole)
    {
        int letters = 0, marks = 0;
        foreach (var symbol in chunk)
        {
            if (char.IsLetter(symbol) || char.IsSurrogate(symbol))
            {
                letters++;
            }
            else if (!char.IsWhiteSpace(symbol))
            {
                marks++;
            }
        }

        return !whole ? $"{Longest} characters without a sentence end, a line end or a space."
            : letters < marks ? "More digits and signs than letters."
            : null;
    }
}
