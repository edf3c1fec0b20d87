using Assay.Data.FileTypes;

namespace Assay.Data.Records;

/// <summary>Reads blocks that begin with <c>Q:</c> (or <c>Question:</c>) and <c>A:</c> (or <c>Answer:</c>), bold marks allowed.</summary>
internal static class QuestionAnswers
{
    private static readonly string[] Questions = ["question:", "q:"], Answers = ["answer:", "a:"];

    private enum Mark
    {
        None,
        Question,
        Answer,
        Heading,
    }

    /// <summary>Fills <paramref name="found"/> and returns true when such blocks hold at least half of [start, end).</summary>
    public static bool TryRead(SourceText text, RecordReader.Collector found, int start, int end)
    {
        var marks = FindMarks(text.Text, start, end);
        if (!marks.Exists(mark => mark.Kind == Mark.Question) || !marks.Exists(mark => mark.Kind == Mark.Answer))
        {
            return false;
        }

        var first = marks.FindIndex(mark => mark.Kind is Mark.Question or Mark.Answer);
        var blocks = 0;
        for (var index = first; index < marks.Count; index++)
        {
            var stop = index + 1 < marks.Count ? marks[index + 1].Start : end;
            blocks += marks[index].Kind == Mark.Heading ? 0 : stop - marks[index].Start;
        }

        if (blocks * 2L < end - start)
        {
            return false;
        }

        for (var index = first; index < marks.Count; index++)
        {
            var (kind, from, body) = marks[index];
            var stop = index + 1 < marks.Count ? marks[index + 1].Start : end;
            if (kind == Mark.Question && index + 1 < marks.Count && marks[index + 1].Kind == Mark.Answer)
            {
                index++;
                var afterAnswer = index + 1 < marks.Count ? marks[index + 1].Start : end;
                AddPair(text, found, (from, body, stop), (marks[index].Body, afterAnswer));
            }
            else if (kind is Mark.Question)
            {
                found.Skip("The question has no answer.", malformed: true, from, stop);
            }
            else if (kind is Mark.Answer)
            {
                found.Skip("The answer has no question.", malformed: true, from, stop);
            }
        }

        return true;
    }

    private static void AddPair(SourceText text, RecordReader.Collector found, (int From, int Body, int End) question, (int Body, int End) answer)
    {
        var asked = text.Turn(TurnRole.User, question.Body, question.End);
        var answered = text.Turn(TurnRole.Assistant, answer.Body, answer.End);
        if (asked.Text.Length == 0 || answered.Text.Length == 0)
        {
            found.Skip(asked.Text.Length == 0 ? "The question is empty." : "The answer is empty.", malformed: true, question.From, answer.End, hasEmptyField: true);
        }
        else
        {
            found.Add(RecordForm.QuestionAnswer, [asked, answered]);
        }
    }

    private static List<(Mark Kind, int Start, int Body)> FindMarks(string text, int start, int end)
    {
        var marks = new List<(Mark, int, int)>();
        for (var at = start; at < end;)
        {
            var next = Math.Min(MarkdownHeadings.NextLine(text, at), end);
            var line = text.AsSpan(at, next - at);
            if (line[0] == '#')
            {
                marks.Add((Mark.Heading, at, next));
            }
            else if (Label(line, Questions) is var asked and > 0)
            {
                marks.Add((Mark.Question, at, at + asked));
            }
            else if (Label(line, Answers) is var answered and > 0)
            {
                marks.Add((Mark.Answer, at, at + answered));
            }

            at = next;
        }

        return marks;
    }

    /// <summary>Length of a label at the start of a line, 0 when there is none: <c>Q:</c>, <c>**Q:**</c>, <c>**Q**:</c>.</summary>
    private static int Label(ReadOnlySpan<char> line, string[] labels)
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        var bold = line[indent..].StartsWith("**") ? 2 : 0;
        var body = line[(indent + bold)..];
        foreach (var label in labels)
        {
            if (body.StartsWith(label, StringComparison.OrdinalIgnoreCase))
            {
                return indent + bold + label.Length + (bold > 0 && body[label.Length..].StartsWith("**") ? 2 : 0);
            }

            if (bold > 0 && body.StartsWith(label.AsSpan(0, label.Length - 1), StringComparison.OrdinalIgnoreCase) && body[(label.Length - 1)..].StartsWith("**:"))
            {
                return indent + bold + label.Length - 1 + 3;
            }
        }

        return 0;
    }
}
