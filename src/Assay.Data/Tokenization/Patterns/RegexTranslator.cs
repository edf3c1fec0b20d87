using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>Rewrites a pattern written for Oniguruma or Rust as a .NET one that means the same on a <see cref="ShadowText"/>.</summary>
/// <remarks>
/// They differ in nested character classes, in <c>\w</c>, in <c>^</c> and <c>$</c>, in possessive repetition and in case folding of s and k.
/// A construct outside the ones below is refused by name: a pattern that means something else would give other token ids without an error.
/// </remarks>
internal sealed class RegexTranslator
{
    private const int LongestPattern = 20_000;
    private const int DeepestGroup = 64;

    /// <summary>Unicode's word characters: alphabetic ones (letters, letter numbers, circled letters), marks, decimal digits and connectors.</summary>
    public const string WordItems = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";

    /// <summary>What Oniguruma's <c>\w</c> matches: below U+0100 it counts the raised digits and the fractions, too.</summary>
    public const string OnigurumaWordItems = WordItems + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";

    private readonly string pattern;
    private readonly StringBuilder output = new();
    private int position;

    private RegexTranslator(string pattern) => this.pattern = pattern;

    /// <exception cref="InvalidTokenizerException">The pattern is malformed or uses a construct that is not translated.</exception>
    public static string Translate(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new InvalidTokenizerException($"The split pattern has {pattern.Length} characters; at most {LongestPattern} are read.");
        }

        var translator = new RegexTranslator(pattern);
        translator.Alternatives(ignoreCase: false, depth: 0);
        return translator.position == pattern.Length ? translator.output.ToString() : throw translator.Refused("an unmatched ')'");
    }

    private void Alternatives(bool ignoreCase, int depth)
    {
        if (depth > DeepestGroup)
        {
            throw Refused($"groups nested deeper than {DeepestGroup}");
        }

        while (position < pattern.Length && pattern[position] != ')')
        {
            if (pattern[position] == '|')
            {
                output.Append('|');
                position++;
                continue;
            }

            var atom = output.Length;
            Atom(ignoreCase, depth);
            Repetition(atom);
        }
    }

    private void Atom(bool ignoreCase, int depth)
    {
        var next = pattern[position++];
        switch (next)
        {
            case '(':
                Group(ignoreCase, depth);
                break;
            case '[':
                position--;
                output.Append(new RegexClassTranslator(pattern, position, ignoreCase).Translate(out position));
                break;
            case '.':
                output.Append(@"[^\n]");
                break;
            case '^':
                output.Append("(?m:^)");
                break;
            case '$':
                output.Append("(?m:$)");
                break;
            case '\\':
                position--;
                Escape(ignoreCase);
                break;
            case '*' or '+' or '?':
                throw Refused($"a '{next}' without anything to repeat");
            default:
                RegexClassTranslator.AppendLiteral(output, next, ignoreCase, bracketed: true);
                break;
        }
    }

    private void Group(bool ignoreCase, int depth)
    {
        string[] openings = ["?i:", "?:", "?!", "?=", "?<!", "?<=", "?>"];
        var opening = openings.FirstOrDefault(item => string.CompareOrdinal(pattern, position, item, 0, item.Length) == 0);
        if (opening is null && position < pattern.Length && pattern[position] == '?')
        {
            throw Refused("a group of another kind than (?:…), (?i:…), (?>…) and the look-arounds");
        }

        position += opening?.Length ?? 0;
        output.Append('(').Append(opening is null or "?i:" ? "?:" : opening);
        Alternatives(ignoreCase || opening == "?i:", depth + 1);
        if (position == pattern.Length)
        {
            throw Refused("an unclosed group");
        }

        position++;
        output.Append(')');
    }

    private void Escape(bool ignoreCase)
    {
        var escape = RegexEscape.Read(pattern, ref position);
        if (escape.Class is null)
        {
            RegexClassTranslator.AppendLiteral(output, escape.Literal, ignoreCase, bracketed: true);
        }
        else if (escape.Class is "\\w" or "\\W")
        {
            output.Append(escape.Class == "\\w" ? "[" : "[^").Append(OnigurumaWordItems).Append(']');
        }
        else
        {
            output.Append(escape.Class);
        }
    }

    private void Repetition(int atom)
    {
        while (position < pattern.Length)
        {
            var start = position;
            if (pattern[position] is '*' or '+' or '?')
            {
                position++;
            }
            else if (pattern[position] == '{')
            {
                SkipBraces();
            }
            else
            {
                return;
            }

            output.Append(pattern, start, position - start);
            if (position < pattern.Length && pattern[position] == '?')
            {
                output.Append('?');
                position++;
            }
            else if (position < pattern.Length && pattern[position] == '+')
            {
                output.Insert(atom, "(?>").Append(')');
                position++;
            }
        }
    }

    private void SkipBraces()
    {
        var end = pattern.IndexOf('}', position);
        var inner = end < 0 ? "" : pattern[(position + 1)..end];
        var numbers = inner.Split(',');
        if (numbers.Length > 2 || numbers[0].Length == 0 ||
            numbers.Any(number => number.Length > 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            throw Refused("a '{' that starts no {m}, {m,} or {m,n}");
        }

        position = end + 1;
    }

    private InvalidTokenizerException Refused(string what) =>
        new($"The split pattern has {what} near character {position}; this is not supported.");
}
