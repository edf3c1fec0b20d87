using System.Security.Cryptography;
using System.Text;

namespace Assay.Data.Duplicates;

/// <summary>Text reduced to what makes it the same text: lower-case runs of word characters joined by one space.</summary>
public static class NormalisedText
{
    /// <summary>Normalises a text; NFC first, so that composed and decomposed letters are equal.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var composed = text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
        var result = new StringBuilder(composed.Length);
        var gap = false;
        foreach (var rune in composed.EnumerateRunes())
        {
            if (!IsWord(rune))
            {
                gap = result.Length > 0;
                continue;
            }

            if (gap)
            {
                result.Append(' ');
                gap = false;
            }

            var lower = Rune.ToLowerInvariant(rune);
            if (lower.IsBmp)
            {
                result.Append((char)lower.Value);
            }
            else
            {
                result.Append(lower.ToString());
            }
        }

        return result.ToString();
    }

    /// <summary>The places of the words of a text that is already NFC, in order; what lies between is dropped by <see cref="Of"/>.</summary>
    internal static List<Range> Words(string composed)
    {
        var words = new List<Range>();
        var (at, start) = (0, -1);
        foreach (var rune in composed.EnumerateRunes())
        {
            if (IsWord(rune))
            {
                start = start < 0 ? at : start;
            }
            else if (start >= 0)
            {
                words.Add(start..at);
                start = -1;
            }

            at += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            words.Add(start..at);
        }

        return words;
    }

    /// <summary>SHA-256 of a normalised text's UTF-8 bytes, lower-case hex.</summary>
    public static string Hash(string normalised) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normalised)));

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
