using System.Globalization;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>Makes a name that came from outside safe to show. The result is for display only and never a path.</summary>
public static class DisplayName
{
    /// <summary>Longest name shown, in UTF-16 code units.</summary>
    public const int MaximumLength = 120;

    /// <summary>The name in NFC, without folders, control and bidirectional characters, at most 120 long; <c>unnamed</c> when nothing is left.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var last = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var clean = Line(last).Trim();
        return clean.Length == 0 ? "unnamed" : clean.Length <= MaximumLength ? clean : Shorten(clean);
    }

    /// <summary>Any text as one line without control and bidirectional characters, in NFC.</summary>
    public static string Line(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune != Rune.ReplacementChar && !IsUnsafe(rune))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>Whether <see cref="Line"/> would take nothing out of a text.</summary>
    public static bool IsClean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || IsUnsafe(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keeps the extension, since it tells the reader what the file claims to be.</summary>
    private static string Shorten(string name)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 12 ? name[dot..] : "";
        var length = MaximumLength - extension.Length - 1;
        return string.Concat(name.AsSpan(0, char.IsHighSurrogate(name[length - 1]) ? length - 1 : length), "…", extension);
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
