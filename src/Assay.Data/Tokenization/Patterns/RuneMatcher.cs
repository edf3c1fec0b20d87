using System.Text;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>Finds every single character of a kind.</summary>
internal sealed class RuneMatcher(Func<Rune, bool> matches) : IMatcher
{
    /// <summary>Numbers of any script (general category N).</summary>
    public static RuneMatcher Numbers { get; } = new(Rune.IsNumber);

    /// <summary>Unicode White_Space.</summary>
    public static RuneMatcher Blanks { get; } = new(Rune.IsWhiteSpace);

    /// <summary>ASCII marks, which Unicode counts partly as symbols, and general category P.</summary>
    public static RuneMatcher Punctuation { get; } = new(static rune =>
        Rune.IsPunctuation(rune) || (rune.IsAscii && (Rune.IsSymbol(rune) || rune.Value == '`')));

    public List<TextSpan> Find(ReadOnlySpan<char> text)
    {
        var found = new List<TextSpan>();
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (matches(rune))
            {
                found.Add(new(position, position + rune.Utf16SequenceLength));
            }

            position += rune.Utf16SequenceLength;
        }

        return found;
    }
}
