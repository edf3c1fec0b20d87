using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>A text as .NET's UTF-16 regular expressions must see it: each rune beyond U+FFFF is one stand-in of the same general category.</summary>
internal readonly struct ShadowText
{
    private const char CircledLetter = '\u24B6';

    private readonly char[]? chars;
    private readonly int[]? units;

    private ShadowText(char[]? chars, int[]? units)
    {
        this.chars = chars;
        this.units = units;
    }

    /// <summary>Every stand-in; a pattern that names one of these characters cannot be translated.</summary>
    public static IReadOnlyList<char> StandIns { get; } =
        [.. Enum.GetValues<UnicodeCategory>().Select(StandIn).Append(CircledLetter).Distinct()];

    public static ShadowText Of(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return default;
        }

        var chars = new char[text.Length];
        var units = new int[text.Length + 1];
        var count = 0;
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            units[count] = position;
            chars[count++] = rune.IsBmp ? (char)rune.Value : IsCircledLetter(rune) ? CircledLetter : StandIn(Rune.GetUnicodeCategory(rune));
            position += rune.Utf16SequenceLength;
        }

        units[count] = position;
        return new(chars[..count], units);
    }

    public ReadOnlySpan<char> Chars(ReadOnlySpan<char> original) => chars is null ? original : chars;

    public int Unmap(int position) => units is null ? position : units[position];

    /// <summary>Circled and squared letters beyond U+FFFF: symbols that count as alphabetic (Other_Alphabetic).</summary>
    public static bool IsCircledLetter(Rune rune) => rune.Value is (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0531',
        UnicodeCategory.LowercaseLetter => '\u0561',
        UnicodeCategory.TitlecaseLetter => '\u1F88',
        UnicodeCategory.ModifierLetter => '\u02E4',
        UnicodeCategory.OtherLetter => '\uA016',
        UnicodeCategory.NonSpacingMark => '\u0361',
        UnicodeCategory.SpacingCombiningMark => '\u1B44',
        UnicodeCategory.EnclosingMark => '\u0489',
        UnicodeCategory.DecimalDigitNumber => '\u1B59',
        UnicodeCategory.LetterNumber => '\u2182',
        UnicodeCategory.OtherNumber => '\u2498',
        UnicodeCategory.SpaceSeparator => '\u1680',
        UnicodeCategory.LineSeparator => '\u2028',
        UnicodeCategory.ParagraphSeparator => '\u2029',
        UnicodeCategory.Control => '\u0099',
        UnicodeCategory.Format => '\u2064',
        UnicodeCategory.PrivateUse => '\uF123',
        UnicodeCategory.ConnectorPunctuation => '\u2054',
        UnicodeCategory.DashPunctuation => '\u2E3A',
        UnicodeCategory.OpenPunctuation => '\u2997',
        UnicodeCategory.ClosePunctuation => '\u2998',
        UnicodeCategory.InitialQuotePunctuation => '\u2E0C',
        UnicodeCategory.FinalQuotePunctuation => '\u2E0D',
        UnicodeCategory.OtherPunctuation => '\u2E2A',
        UnicodeCategory.MathSymbol => '\u2A3F',
        UnicodeCategory.CurrencySymbol => '\u20B0',
        UnicodeCategory.ModifierSymbol => '\u02F7',
        UnicodeCategory.OtherSymbol => '\u2317',
        _ => '\u0378',
    };
}
