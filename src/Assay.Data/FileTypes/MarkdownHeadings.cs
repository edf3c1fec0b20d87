namespace Assay.Data.FileTypes;

/// <summary>Finds the headings of Markdown text: <c># ATX</c> and underlined ones, not those inside fenced code.</summary>
/// <remarks>CommonMark 0.31 §4.2, §4.3, §4.5. Headings inside lists and quotes are text here.</remarks>
internal static class MarkdownHeadings
{
    public static List<Heading> Find(string text)
    {
        var headings = new List<Heading>();
        var fence = default(Fence);
        var paragraph = (Start: -1, Lines: 0);
        for (var start = 0; start < text.Length;)
        {
            var end = NextLine(text, start);
            var line = text.AsSpan(start, end - start).TrimEnd();
            if (fence.Length > 0)
            {
                fence = fence.ClosedBy(line) ? default : fence;
                paragraph = (-1, 0);
            }
            else if (Fence.Open(line) is { Length: > 0 } opened)
            {
                fence = opened;
                paragraph = (-1, 0);
            }
            else if (Atx(line) is var (level, title))
            {
                headings.Add(new Heading(level, title, start, end));
                paragraph = (-1, 0);
            }
            else if (paragraph.Lines == 1 && UnderlineLevel(line) is var underlined and > 0)
            {
                var words = text.AsSpan(paragraph.Start, start - paragraph.Start).Trim().ToString();
                headings.Add(new Heading(underlined, words, paragraph.Start, end));
                paragraph = (-1, 0);
            }
            else
            {
                paragraph = line.IsEmpty ? (-1, 0) : paragraph.Lines == 0 ? (start, 1) : (paragraph.Start, paragraph.Lines + 1);
            }

            start = end;
        }

        return headings;
    }

    /// <summary>Index after the line that starts at <paramref name="start"/>, its line end included.</summary>
    public static int NextLine(string text, int start)
    {
        var found = text.AsSpan(start).IndexOfAny('\n', '\r');
        if (found < 0)
        {
            return text.Length;
        }

        var end = start + found;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    private static (int Level, string Title)? Atx(ReadOnlySpan<char> line)
    {
        var body = line.TrimStart(' ');
        if (line.Length - body.Length > 3)
        {
            return null;
        }

        var level = body.IndexOfAnyExcept('#') is var other and >= 0 ? other : body.Length;
        if (level is 0 or > 6 || (level < body.Length && body[level] is not (' ' or '\t')))
        {
            return null;
        }

        var title = body[level..].Trim();
        var closing = title.TrimEnd('#');
        title = closing.IsEmpty || closing[^1] is ' ' or '\t' ? closing.TrimEnd() : title;
        return title.IsEmpty ? null : (level, title.ToString());
    }

    private static int UnderlineLevel(ReadOnlySpan<char> line)
    {
        var body = line.TrimStart(' ');
        return line.Length - body.Length > 3 || body.IsEmpty ? 0
            : body.IndexOfAnyExcept('=') < 0 ? 1
            : body.IndexOfAnyExcept('-') < 0 && body.Length > 1 ? 2 : 0;
    }

    private readonly record struct Fence(char Mark, int Length)
    {
        public static Fence Open(ReadOnlySpan<char> line)
        {
            var body = line.TrimStart(' ');
            if (line.Length - body.Length > 3 || body.IsEmpty || body[0] is not ('`' or '~'))
            {
                return default;
            }

            var run = body.IndexOfAnyExcept(body[0]) is var other and >= 0 ? other : body.Length;
            var isFence = run >= 3 && (body[0] == '~' || !body[run..].Contains('`'));
            return isFence ? new Fence(body[0], run) : default;
        }

        public bool ClosedBy(ReadOnlySpan<char> line)
        {
            var body = line.TrimStart(' ');
            return line.Length - body.Length <= 3 && body.Length >= Length && body.IndexOfAnyExcept(Mark) < 0;
        }
    }
}
