using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>Rewrites one character class; nested sets, which .NET lacks, are joined into the outer one.</summary>
internal sealed class RegexClassTranslator(string pattern, int start, bool ignoreCase)
{
    private const int DeepestSet = 16;

    private readonly StringBuilder items = new();
    private int position = start;

    /// <summary>The .NET class, and in <paramref name="end"/> the place behind the original.</summary>
    public string Translate(out int end)
    {
        var negated = Set(depth: 0);
        end = position;
        return $"[{(negated ? "^" : "")}{items}]";
    }

    /// <summary>Appends one literal, with the other cases that Unicode folds it to.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="literal">The character.</param>
    /// <param name="ignoreCase">Whether other cases match too.</param>
    /// <param name="bracketed">True outside of classes, where several cases need brackets.</param>
    public static void AppendLiteral(StringBuilder output, char literal, bool ignoreCase, bool bracketed)
    {
        if (char.IsSurrogate(literal))
        {
            throw new InvalidTokenizerException("The split pattern names a character beyond U+FFFF; this is not supported.");
        }

        RefuseStandIns(literal, literal);
        if (!ignoreCase || !char.IsLetter(literal))
        {
            AppendEscaped(output, literal);
            return;
        }

        // Long s and the Kelvin sign fold to s and k in Unicode; .NET's own case equivalence differs there.
        var lower = char.ToLowerInvariant(literal);
        var extra = lower switch { 's' => "\u017F", 'k' => "\u212A", _ => "" };
        output.Append(bracketed ? "[" : "");
        foreach (var form in $"{lower}{char.ToUpperInvariant(literal)}{extra}")
        {
            AppendEscaped(output, form);
        }

        output.Append(bracketed ? "]" : "");
    }

    private static void AppendEscaped(StringBuilder output, char literal) =>
        output.Append(CultureInfo.InvariantCulture, $"\\u{(int)literal:X4}");

    private static void RefuseStandIns(char first, char last)
    {
        if (ShadowText.StandIns.Any(standIn => standIn >= first && standIn <= last))
        {
            throw new InvalidTokenizerException(
                $"The split pattern names the range U+{(int)first:X4} to U+{(int)last:X4}, which holds a character that stands for those beyond U+FFFF; this is not supported.");
        }
    }

    private bool Set(int depth)
    {
        if (depth > DeepestSet)
        {
            throw Refused("sets nested too deeply");
        }

        position++;
        var negated = Peek() == '^';
        position += negated ? 1 : 0;
        if (Peek() == ']' || string.CompareOrdinal(pattern, position, "[:", 0, 2) == 0)
        {
            throw Refused("an empty or a POSIX set");
        }

        while (Peek() != ']')
        {
            if (Peek() == '[')
            {
                if (Set(depth + 1))
                {
                    throw Refused("a negated set inside a set");
                }
            }
            else if (Peek() == '&' && position + 1 < pattern.Length && pattern[position + 1] == '&')
            {
                throw Refused("an intersection of sets (&&)");
            }
            else
            {
                Item();
            }
        }

        position++;
        return negated;
    }

    private void Item()
    {
        var first = Literal();
        if (first is not { } low)
        {
            return;
        }

        var isRange = Peek() == '-' && position + 1 < pattern.Length && pattern[position + 1] is not (']' or '[');
        if (!isRange)
        {
            AppendLiteral(items, low, ignoreCase, bracketed: false);
            return;
        }

        position++;
        var high = Literal() ?? throw Refused("a range that ends in a class");
        if (high < low || char.IsSurrogate(low) || char.IsSurrogate(high))
        {
            throw Refused("a range that runs backwards or beyond U+FFFF");
        }

        AppendRange(low, high);
    }

    private void AppendRange(char low, char high)
    {
        var asciiOnly = high < 0x80;
        if (ignoreCase && !asciiOnly)
        {
            throw Refused("a range beyond ASCII that ignores case");
        }

        if (ignoreCase)
        {
            for (var literal = low; literal <= high; literal++)
            {
                AppendLiteral(items, literal, ignoreCase, bracketed: false);
            }

            return;
        }

        RefuseStandIns(low, high);
        AppendEscaped(items, low);
        items.Append('-');
        AppendEscaped(items, high);
    }

    private char? Literal()
    {
        if (Peek() != '\\')
        {
            return pattern[position++];
        }

        var escape = RegexEscape.Read(pattern, ref position);
        switch (escape.Class)
        {
            case null:
                return escape.Literal;
            case "\\w":
                items.Append(RegexTranslator.OnigurumaWordItems);
                return null;
            case "\\W":
                throw Refused("\\W inside a set");
            default:
                items.Append(escape.Class);
                return null;
        }
    }

    private char Peek() => position < pattern.Length ? pattern[position] : throw Refused("an unclosed set");

    private InvalidTokenizerException Refused(string what) =>
        new($"The split pattern has {what} near character {position}; this is not supported.");
}
