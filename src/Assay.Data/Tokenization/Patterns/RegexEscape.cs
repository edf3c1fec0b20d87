using System.Globalization;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>One backslash escape: a class of characters, or one character.</summary>
/// <param name="Class">The .NET spelling of a class, or null.</param>
/// <param name="Literal">The character, when <paramref name="Class"/> is null.</param>
internal readonly record struct RegexEscape(string? Class, char Literal)
{
    private static readonly string[] Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
    ];

    /// <summary>Reads the escape at <paramref name="position"/> (its backslash) and moves behind it.</summary>
    public static RegexEscape Read(string pattern, ref int position)
    {
        if (position + 1 >= pattern.Length)
        {
            throw Refused("a backslash at its end", position);
        }

        var letter = pattern[position + 1];
        position += 2;
        switch (letter)
        {
            case 's' or 'S' or 'd' or 'D' or 'w' or 'W':
                return new($"\\{letter}", default);
            case 'p' or 'P':
                return new(Category(pattern, letter, ref position), default);
            case 'r':
                return new(null, '\r');
            case 'n':
                return new(null, '\n');
            case 't':
                return new(null, '\t');
            case 'f':
                return new(null, '\f');
            case 'v':
                return new(null, '\v');
            case 'u':
                return new(null, Hex(pattern, ref position, 4));
            case 'x':
                return new(null, Hex(pattern, ref position, 2));
            default:
                return char.IsAsciiLetterOrDigit(letter) ? throw Refused($"\\{letter}", position) : new(null, letter);
        }
    }

    private static string Category(string pattern, char letter, ref int position)
    {
        var single = position < pattern.Length && pattern[position] != '{';
        var end = single ? position : pattern.IndexOf('}', position);
        if (end < 0 || end >= pattern.Length)
        {
            throw Refused($"an unfinished \\{letter}", position);
        }

        var name = single ? pattern[position].ToString() : pattern[(position + 1)..end];
        var inverted = name.StartsWith('^');
        name = name.TrimStart('^');
        position = end + 1;
        return Categories.Contains(name)
            ? $"\\{(inverted == (letter == 'p') ? 'P' : 'p')}{{{name}}}"
            : throw Refused($"\\{letter}{{{name}}}, which is no general category", position);
    }

    private static char Hex(string pattern, ref int position, int digits)
    {
        if (position + digits > pattern.Length ||
            !ushort.TryParse(pattern.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw Refused($"an escape without its {digits} hexadecimal digits", position);
        }

        position += digits;
        return (char)value;
    }

    private static InvalidTokenizerException Refused(string what, int position) =>
        new($"The split pattern has {what} near character {position}; this is not supported.");
}
