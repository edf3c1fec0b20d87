using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Data.Duplicates;

/// <summary>Text reduced to what makes it the same text: lower-case runs of word characters joined by one space.</summary>
public static class NormalisedText
{
    /// <summary>The lower-case form of each word character of ASCII, 0 for the others.</summary>
    private static readonly byte[] Ascii = MakeAscii();

    /// <summary>Normalises a text; NFC first, so that composed and decomposed letters are equal.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var composed = text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
        var result = ArrayPool<char>.Shared.Rent(composed.Length + 1);
        try
        {
            return new string(result.AsSpan(0, Write(composed, result)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(result);
        }
    }

    /// <summary>Lower-casing keeps the number of code units here: invariant case pairs do not leave their plane.</summary>
    private static int Write(ReadOnlySpan<char> text, Span<char> result)
    {
        var (length, gap, at) = (0, false, 0);
        while (at < text.Length)
        {
            var symbol = text[at];
            if (symbol < 128)
            {
                // Most text: one look at a table instead of three calls.
                at++;
                var lower = Ascii[symbol];
                if (lower == 0)
                {
                    gap = length > 0;
                    continue;
                }

                if (gap)
                {
                    result[length++] = ' ';
                    gap = false;
                }

                result[length++] = (char)lower;
                continue;
            }

            Rune.DecodeFromUtf16(text[at..], out var rune, out var consumed);
            at += consumed;
            if (!IsWord(rune))
            {
                gap = length > 0;
                continue;
            }

            if (gap)
            {
                result[length++] = ' ';
                gap = false;
            }

            length += Rune.ToLowerInvariant(rune).EncodeToUtf16(result[length..]);
        }

        return length;
    }

    private static byte[] MakeAscii()
    {
        var table = new byte[128];
        for (var symbol = 0; symbol < table.Length; symbol++)
        {
            table[symbol] = IsWord(new Rune(symbol)) ? (byte)char.ToLowerInvariant((char)symbol) : (byte)0;
        }

        return table;
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
