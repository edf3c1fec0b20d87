using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>Finds and masks e-mail addresses, telephone numbers, public IP addresses, IBANs and payment cards. Names are not detected.</summary>
public static class PersonalData
{
    private const int ContextLength = 100;
    private const int FewestPhoneDigits = 9, MostPhoneDigits = 15;
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex Email = new(@"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}", Options);
    private static readonly Regex Address = new(@"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", Options);
    private static readonly Regex Iban = new(@"\b[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,3})?\b", Options);
    private static readonly Regex Digits = new(@"\+?\(?\d[\d ()./\-]{6,24}\d", Options);

    private static readonly string[] PhoneWords = ["phone", "tel", "call", "mobile", "fax", "whatsapp", "telefon", "handy", "móvil", "contact"];
    private static readonly string[] NumberWords = ["isbn", "issn", "doi", "#", "version", "build", "rfc"];

    /// <summary>Everything found, in order and without overlaps.</summary>
    public static IReadOnlyList<PersonalDatum> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<PersonalDatum>();
        Add(found, text, Email, (_, _) => "EMAIL");
        Add(found, text, Address, (value, _) => IsPublicAddress(value) ? "IP" : null);
        Add(found, text, Iban, (value, _) => IsIban(value) ? "IBAN" : null);
        Add(found, text, Digits, (value, start) => NumberKind(text, value, start));
        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        return found;
    }

    /// <summary>One list without overlaps, in order: finds that overlap become one from the first's start to the last's end, of the first's kind.</summary>
    public static IReadOnlyList<PersonalDatum> Merge(IEnumerable<PersonalDatum> found)
    {
        var merged = new List<PersonalDatum>();
        foreach (var datum in found.OrderBy(datum => datum.Start).ThenByDescending(datum => datum.End))
        {
            if (merged.Count > 0 && merged[^1].End > datum.Start)
            {
                merged[^1] = merged[^1] with { End = Math.Max(merged[^1].End, datum.End) };
            }
            else
            {
                merged.Add(datum);
            }
        }

        return merged;
    }

    /// <summary>The text with every find replaced by its typed mark.</summary>
    public static string Mask(string text) => Mask(text, PiiPatternSet.None);

    /// <summary>The text with every find, those of the operator's patterns among them, replaced by its typed mark.</summary>
    public static string Mask(string text, PiiPatternSet patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var found = Merge([.. Find(text), .. patterns.Find(text, int.MaxValue, CancellationToken.None).Select(find => find.Datum)]);
        if (found.Count == 0)
        {
            return text;
        }

        var masked = new StringBuilder(text.Length);
        var at = 0;
        foreach (var datum in found)
        {
            masked.Append(text, at, datum.Start - at).Append('[').Append(datum.Kind).Append(']');
            at = datum.End;
        }

        return masked.Append(text, at, text.Length - at).ToString();
    }

    private static void Add(List<PersonalDatum> found, string text, Regex pattern, Func<string, int, string?> judge)
    {
        var taken = found.OrderBy(datum => datum.Start).ToList();
        var next = 0;
        foreach (var match in pattern.EnumerateMatches(text))
        {
            while (next < taken.Count && taken[next].End <= match.Index)
            {
                next++;
            }

            var free = next >= taken.Count || taken[next].Start >= match.Index + match.Length;
            if (free && judge(text.Substring(match.Index, match.Length), match.Index) is { } kind)
            {
                found.Add(new PersonalDatum(kind, match.Index, match.Index + match.Length));
            }
        }
    }

    private static string? NumberKind(string text, string value, int start)
    {
        var digits = value.Count(char.IsAsciiDigit);
        var context = text.AsSpan(Math.Max(start - ContextLength, 0), Math.Min(start, ContextLength));
        if (digits is >= 13 and <= 19 && PassesLuhn(value) && !ContainsAny(context, NumberWords))
        {
            return "CARD";
        }

        var isPhone = digits is >= FewestPhoneDigits and <= MostPhoneDigits
            && (value[0] == '+' || ContainsAny(context, PhoneWords))
            && !ContainsAny(context, NumberWords);
        return isPhone ? "PHONE" : null;
    }

    private static bool ContainsAny(ReadOnlySpan<char> context, string[] words)
    {
        foreach (var word in words)
        {
            if (context.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPublicAddress(string value)
    {
        if (!IPAddress.TryParse(value, out var address) || value.Split('.').Any(part => part.Length > 1 && part[0] == '0'))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        return bytes switch
        {
            [0 or 10 or 127 or >= 224, ..] => false,
            [100, >= 64 and <= 127, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] => false,
            [192, 0, 0 or 2, _] or [198, 18 or 19, ..] or [198, 51, 100, _] or [203, 0, 113, _] => false, // RFC 5737 and 2544: documentation and tests
            [_, _, 0, 0] or [_, 0, 0, _] => false, // looks like a version number
            _ => true,
        };
    }

    /// <summary>ISO 7064 mod 97-10: the number with its first four characters moved behind leaves 1.</summary>
    private static bool IsIban(string value)
    {
        var compact = value.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length is < 15 or > 34)
        {
            return false;
        }

        var rest = 0;
        foreach (var symbol in string.Concat(compact.AsSpan(4), compact.AsSpan(0, 4)))
        {
            rest = char.IsAsciiDigit(symbol) ? ((rest * 10) + symbol - '0') % 97 : ((rest * 100) + symbol - 'A' + 10) % 97;
        }

        return rest == 1;
    }

    /// <summary>ISO/IEC 7812-1: every second digit from the right doubled, the digit sum divides by ten.</summary>
    private static bool PassesLuhn(string value)
    {
        int sum = 0, place = 0;
        for (var at = value.Length - 1; at >= 0; at--)
        {
            if (char.IsAsciiDigit(value[at]))
            {
                var digit = (value[at] - '0') << (place++ & 1);
                sum += digit > 9 ? digit - 9 : digit;
            }
        }

        return sum > 0 && sum % 10 == 0;
    }
}
