using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>Counts that say something of a text's manner and nothing of its worth.</summary>
internal static class TextSignals
{
    // English and German, the commonest ones; a word list knows no context, which is why it decides nothing.
    private static readonly FrozenSet<string> Insults = (
        "arsehole asshole bastard bastards bitch bitches bollocks bullshit cunt cunts dickhead dumbass fag faggot fuck fucked fucker fuckers fucking moron morons motherfucker nigger niggers "
        + "retard retarded scum shithead slut sluts twat wanker whore whores arschloch drecksack fotze hurensohn missgeburt schlampe spast wichser").Split(' ').ToFrozenSet();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Insults.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly Regex Boilerplate = new(
        @"(we|this (web)?site) uses? cookies|accept all cookies|subscribe to our newsletter|click here to (subscribe|sign up|read)|share (this )?on (facebook|twitter|linkedin)|"
        + @"terms of (use|service) *\| *privacy|lorem ipsum dolor sit amet|page \d+ of \d+|skip to (main )?content|enable javascript|as an ai language model",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>Whether a word is on the list.</summary>
    public static bool IsInsult(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[16];
        return word.Length <= lower.Length && Lookup.Contains(lower[..word.ToLowerInvariant(lower)]);
    }

    /// <summary>The first phrase that belongs to a page rather than to its text; null when there is none.</summary>
    public static Range? FindBoilerplate(string text)
    {
        foreach (var match in Boilerplate.EnumerateMatches(text))
        {
            return match.Index..(match.Index + match.Length);
        }

        return null;
    }

    /// <summary>Flesch reading ease, clipped to 0 (hard) … 100 (easy).</summary>
    public static double ReadingEase(string text, List<Range> words)
    {
        var sentences = Math.Max(text.AsSpan().Count(". ") + text.AsSpan().Count(".\n") + text.AsSpan().Count("? ") + text.AsSpan().Count("?\n") + text.AsSpan().Count("! ") + text.AsSpan().Count("!\n"), 1);
        var syllables = 0L;
        foreach (var range in words)
        {
            var (inVowel, groups) = (false, 0);
            foreach (var symbol in text.AsSpan(range))
            {
                var vowel = char.ToLowerInvariant(symbol) is 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'ä' or 'ö' or 'ü';
                groups += vowel && !inVowel ? 1 : 0;
                inVowel = vowel;
            }

            syllables += Math.Max(groups, 1);
        }

        return Math.Clamp(206.835 - (1.015 * words.Count / sentences) - (84.6 * syllables / words.Count), 0, 100);
    }
}
