using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Reads string and number literals as Python writes them.</summary>
internal static class JinjaLiteral
{
    /// <summary>The value of the string whose opening quote is at <paramref name="position"/>, which moves behind the closing one.</summary>
    public static string ReadString(string source, ref int position, int line)
    {
        var quote = source[position++];
        var value = new StringBuilder();
        while (position < source.Length && source[position] != quote)
        {
            if (source[position] == '\\' && position + 1 < source.Length)
            {
                position++;
                Escape(source, ref position, value, line);
            }
            else
            {
                value.Append(source[position++]);
            }
        }

        if (position >= source.Length)
        {
            throw new ChatTemplateException($"The chat template has a string without its closing quote on line {line}.");
        }

        position++;
        return value.ToString();
    }

    /// <summary>The digits of a number, without the underscores; holds a point or an e when it is a float.</summary>
    public static string ReadNumber(string source, ref int position)
    {
        var start = position;
        SkipDigits(source, ref position);
        if (position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
        {
            position++;
            SkipDigits(source, ref position);
        }

        var exponent = position;
        if (exponent < source.Length && source[exponent] is 'e' or 'E')
        {
            exponent += exponent + 1 < source.Length && source[exponent + 1] is '+' or '-' ? 2 : 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                position = exponent;
                SkipDigits(source, ref position);
            }
        }

        return source[start..position].Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    private static void SkipDigits(string source, ref int position)
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || source[position] == '_'))
        {
            position++;
        }
    }

    private static void Escape(string source, ref int position, StringBuilder value, int line)
    {
        var letter = source[position++];
        var digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (position + digits > source.Length ||
                !int.TryParse(source.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ||
                code is < 0 or > 0x10FFFF)
            {
                throw new ChatTemplateException($"The chat template has a broken \\{letter} escape on line {line}.");
            }

            position += digits;
            value.Append(code is >= 0xD800 and <= 0xDFFF ? "\uFFFD" : char.ConvertFromUtf32(code));
            return;
        }

        var plain = letter switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '0' => "\0",
            '\n' => "",
            '\\' or '\'' or '"' => letter.ToString(),
            _ => $"\\{letter}",
        };
        value.Append(plain);
    }
}
