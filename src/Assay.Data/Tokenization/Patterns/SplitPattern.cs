using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Assay.Data.Tokenization.Patterns;

/// <summary>Finds the matches of a regular expression, by code point as the reference does.</summary>
internal sealed class SplitPattern : IMatcher
{
    // Patterns come from files that others wrote: a pattern that explodes ends as an error, not as a hang.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(5);

    // Compiling takes milliseconds, and models share a handful of patterns.
    private const int KeptPatterns = 64;
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);

    private readonly Regex regex;

    private SplitPattern(Regex regex) => this.regex = regex;

    public static SplitPattern FromRegex(string pattern) => new(Compile(RegexTranslator.Translate(pattern)));

    /// <summary>Runs of word characters as Rust means them, and runs of other marks: its <c>\w</c> holds the two joiners, too.</summary>
    public static SplitPattern RustWords { get; } = new(Compile(
        $@"[{RegexTranslator.WordItems}\u200C\u200D]+|[^{RegexTranslator.WordItems}\u200C\u200D\s]+"));

    /// <summary>True when it matches an empty text, of which <see cref="Find"/> tells nothing.</summary>
    public bool MatchesNothing => regex.IsMatch("");

    /// <summary>Matches, as stretches of <paramref name="text"/>, in order; empty ones are left out.</summary>
    public List<TextSpan> Find(ReadOnlySpan<char> text)
    {
        var found = new List<TextSpan>();
        var shadow = ShadowText.Of(text);
        try
        {
            foreach (var match in regex.EnumerateMatches(shadow.Chars(text)))
            {
                if (match.Length > 0)
                {
                    found.Add(new(shadow.Unmap(match.Index), shadow.Unmap(match.Index + match.Length)));
                }
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new InvalidTokenizerException(
                $"The tokenizer's pattern needs more than {MatchLimit.TotalSeconds:0} s for one word; it is not usable on this text.", exception);
        }

        return found;
    }

    private static Regex Compile(string pattern)
    {
        if (Compiled.TryGetValue(pattern, out var known))
        {
            return known;
        }

        try
        {
            var regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, MatchLimit);
            return Compiled.Count < KeptPatterns ? Compiled.GetOrAdd(pattern, regex) : regex;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidTokenizerException("The tokenizer's split pattern is not a valid regular expression.", exception);
        }
    }
}
