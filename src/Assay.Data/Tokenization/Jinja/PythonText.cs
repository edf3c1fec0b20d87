using System.Buffers;
using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Text as Python's <c>str</c> and <c>repr</c> write it and as its string methods see it.</summary>
internal static class PythonText
{
    /// <summary>What Python's <c>str.isspace</c> counts as blank: Unicode White_Space and the four separators U+001C to U+001F.</summary>
    public static SearchValues<char> Blanks { get; } = SearchValues.Create(
        [.. Enumerable.Range(0, 0x10000).Select(static unit => (char)unit).Where(IsBlank)]);

    public static bool IsBlank(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F';

    public static string StripStart(string text, string? set = null) =>
        set is null ? text[Count(text, static (unit, _) => IsBlank(unit), "")..] : text[Count(text, static (unit, s) => s.Contains(unit), set)..];

    public static string StripEnd(string text, string? set = null)
    {
        var end = text.Length;
        while (end > 0 && (set is null ? IsBlank(text[end - 1]) : set.Contains(text[end - 1])))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>The text of a text value, or null for any other value.</summary>
    public static string? AsText(object? value) => value switch { string text => text, SafeText safe => safe.Value, _ => null };

    /// <summary><c>str(value)</c>.</summary>
    public static string Str(object? value, RenderBudget budget)
    {
        switch (value)
        {
            case Undefined:
                return "";
            case string text:
                return text;
            case SafeText safe:
                return safe.Value;
            default:
                var output = new StringBuilder();
                Repr(value, output, budget);
                budget.Charge(output.Length);
                return output.ToString();
        }
    }

    public static string Number(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        // Both languages print the shortest digits that read back; they differ in where exponents begin, so only the digits are taken from .NET.
        var parts = Math.Abs(value).ToString(CultureInfo.InvariantCulture).Split('E');
        var whole = parts[0].Split('.');
        var digits = string.Concat(whole).TrimStart('0');
        var point = whole[0].Length - (string.Concat(whole).Length - digits.Length) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        if (digits.Length == 0)
        {
            return $"{sign}0.0";
        }

        if (point is > 16 or <= -4)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return $"{sign}{digits[0]}{fraction}e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1).ToString("00", CultureInfo.InvariantCulture)}";
        }

        return point <= 0
            ? $"{sign}0.{new string('0', -point)}{digits}"
            : $"{sign}{digits.PadRight(point, '0')[..point]}.{(digits.Length > point ? digits[point..] : "0")}";
    }

    /// <summary>Length in code points.</summary>
    public static int Length(string text)
    {
        var pairs = 0;
        for (var i = 1; i < text.Length; i++)
        {
            pairs += char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return text.Length - pairs;
    }

    /// <summary>The code points of a text, each as a text.</summary>
    public static List<string> CodePoints(string text)
    {
        var points = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            points.Add(text.Substring(i, pair ? 2 : 1));
            i += pair ? 1 : 0;
        }

        return points;
    }

    private static int Count(string text, Func<char, string, bool> belongs, string set)
    {
        var count = 0;
        while (count < text.Length && belongs(text[count], set))
        {
            count++;
        }

        return count;
    }

    private static void Repr(object? value, StringBuilder output, RenderBudget budget)
    {
        budget.Step();
        switch (value)
        {
            case null:
                output.Append("None");
                break;
            case bool truth:
                output.Append(truth ? "True" : "False");
                break;
            case long whole:
                output.Append(CultureInfo.InvariantCulture, $"{whole}");
                break;
            case double number:
                output.Append(Number(number));
                break;
            case List<object?> list:
                output.Append(list is JinjaTuple ? '(' : '[');
                for (var i = 0; i < list.Count; i++)
                {
                    output.Append(i == 0 ? "" : ", ");
                    Repr(list[i], output, budget);
                }

                output.Append(list is JinjaTuple ? list.Count == 1 ? ",)" : ")" : "]");
                break;
            case JinjaMap map:
                output.Append('{');
                foreach (var (key, item) in map)
                {
                    output.Append(output[^1] == '{' ? "" : ", ");
                    Quote(key, output, budget);
                    output.Append(": ");
                    Repr(item, output, budget);
                }

                output.Append('}');
                break;
            case Undefined:
                output.Append("Undefined");
                break;
            case string text:
                Quote(text, output, budget);
                break;
            case SafeText safe:
                output.Append("Markup(");
                Quote(safe.Value, output, budget);
                output.Append(')');
                break;
            default:
                output.Append('<').Append(value.GetType().Name).Append('>');
                break;
        }
    }

    private static void Quote(string text, StringBuilder output, RenderBudget budget)
    {
        budget.Charge(text.Length);
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            var escaped = rune.Value switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                < 0x20 or (>= 0x7F and <= 0xA0) or 0xAD => $"\\x{rune.Value:x2}",
                var unit when unit == quote => $"\\{quote}",
                _ => rune.ToString(),
            };
            output.Append(escaped);
        }

        output.Append(quote);
    }
}
