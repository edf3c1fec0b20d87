using System.Buffers;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>A PDF knows lines, not paragraphs: joins a line with the next where a sentence runs on.</summary>
internal static class PdfLines
{
    /// <summary>A line this long, as a share of the page's longest, was probably broken by the margin.</summary>
    private const double FullLine = 0.7;

    private static readonly SearchValues<char> LabelSymbols =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>The text with running sentences on one line each; blank lines stay.</summary>
    /// <param name="page">The text of one page, line ends as LF.</param>
    public static string Unwrap(string page)
    {
        var lines = page.Split('\n').Select(line => line.Trim()).ToArray();
        var longest = lines.Max(line => line.Length);
        var text = new StringBuilder(page.Length);
        for (var index = 0; index < lines.Length; index++)
        {
            text.Append(lines[index]);
            if (index + 1 < lines.Length)
            {
                text.Append(RunsOn(lines[index], lines[index + 1], longest) ? ' ' : '\n');
            }
        }

        return text.ToString();
    }

    private static bool RunsOn(string line, string next, int longest)
    {
        if (line.Length == 0 || next.Length == 0 || line[^1] is '.' or '!' or '?' or ':' || IsLabel(next))
        {
            return false;
        }

        return char.IsLower(next[0]) || (line.Length >= longest * FullLine && (char.IsLetterOrDigit(next[0]) || next[0] is '(' or '"' or '\'' or '“'));
    }

    /// <summary>The start of something new: <c>Q:</c>, <c>Answer:</c>, <c>1.</c>, <c>a)</c>.</summary>
    private static bool IsLabel(string line)
    {
        var end = line.AsSpan().IndexOfAnyExcept(LabelSymbols);
        return end is > 0 and <= 8 && line[end] is (':' or '.' or ')') && (end == line.Length - 1 || line[end + 1] == ' ');
    }
}
