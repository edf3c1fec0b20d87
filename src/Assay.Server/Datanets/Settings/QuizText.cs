using System.Text;
using Assay.Client.Datanets;

namespace Assay.Server.Datanets.Settings;

/// <summary>Questions as an owner writes them in one field: a question's line, then its answers (<c>*</c> before the right one, <c>-</c> before the others), then <c>!</c> and why; an empty line between questions.</summary>
internal static class QuizText
{
    /// <summary>Reads the field.</summary>
    /// <returns>The questions, or what is wrong in which line.</returns>
    public static (IReadOnlyList<QuizQuestion> Questions, string? Problem) Parse(string text)
    {
        var questions = new List<QuizQuestion>();
        foreach (var (number, block) in Blocks(text).Index())
        {
            var (options, right, why) = (new List<string>(), -1, "");
            foreach (var line in block.Skip(1))
            {
                switch (line[0])
                {
                    case '*' when right >= 0:
                        return ([], $"Question {number + 1} has two right answers; put * before one only.");
                    case '*' or '-':
                        right = line[0] == '*' ? options.Count : right;
                        options.Add(line[1..].Trim());
                        break;
                    case '!':
                        why = line[1..].Trim();
                        break;
                    default:
                        return ([], $"Question {number + 1}: '{line[..Math.Min(40, line.Length)]}' begins with none of *, - and !.");
                }
            }

            if (right < 0)
            {
                return ([], $"Question {number + 1} has no right answer; put * before it.");
            }

            questions.Add(new QuizQuestion(block[0], options, right, why));
        }

        return (questions, null);
    }

    /// <summary>The field's text for questions; <see cref="Parse"/> reads it back.</summary>
    public static string Write(IEnumerable<QuizQuestion> questions)
    {
        var text = new StringBuilder();
        foreach (var question in questions)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(question.Text).Append('\n');
            foreach (var (i, option) in question.Options.Index())
            {
                text.Append(i == question.Right ? "* " : "- ").Append(option).Append('\n');
            }

            text.Append(question.Why.Length > 0 ? $"! {question.Why}\n" : "");
        }

        return text.ToString();
    }

    private static List<List<string>> Blocks(string text)
    {
        var blocks = new List<List<string>>();
        var open = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()))
        {
            if (line.Length == 0)
            {
                open = false;
            }
            else if (open)
            {
                blocks[^1].Add(line);
            }
            else
            {
                blocks.Add([line]);
                open = true;
            }
        }

        return blocks;
    }
}
