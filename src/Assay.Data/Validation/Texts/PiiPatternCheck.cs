using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>Says before anything is served why a set of an operator's patterns cannot be used: which pattern, why, and what to do.</summary>
public static class PiiPatternCheck
{
    private const int LongestPattern = 500, ProbeLength = 1 << 20;

    private static readonly string[] BuiltIn = ["EMAIL", "PHONE", "IP", "IBAN", "CARD"];
    private static readonly Regex NameForm = new("^[A-Z][A-Z0-9_]{1,31}$", RegexOptions.NonBacktracking);

    /// <summary>Time that all patterns together may take for a mebibyte of the text that suits them least. A file has up to ten, and ten seconds.</summary>
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(500);

    /// <summary>What is wrong, a sentence or two each; empty when the set can be used.</summary>
    /// <remarks>Measures the time that the patterns take, so it belongs to the start and not into a decision.</remarks>
    public static IReadOnlyList<string> Problems(IReadOnlyList<PiiPattern> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var problems = new List<string>();
        if (patterns.Count > PiiPatternSet.MostPatterns)
        {
            problems.Add($"{patterns.Count} patterns are given; {PiiPatternSet.MostPatterns} are the most. Join some with '|'.");
        }

        foreach (var (at, pattern) in patterns.Index())
        {
            if (Problem(pattern, patterns.Take(at)) is { } problem)
            {
                problems.Add($"Pattern {at} ('{pattern.Name}'): {problem}");
            }
        }

        return problems.Count == 0 && patterns.Count > 0 && Slow(patterns) is { } slow ? [slow] : problems;
    }

    private static string? Problem(PiiPattern pattern, IEnumerable<PiiPattern> before)
    {
        if (!NameForm.IsMatch(pattern.Name))
        {
            return "a name has 2 to 32 capital letters A to Z, digits and underscores, and a letter first. Choose one such as PATIENT_NUMBER; records show it as a mark.";
        }

        if (BuiltIn.Contains(pattern.Name) || before.Any(other => other.Name == pattern.Name))
        {
            return $"the name is taken{(BuiltIn.Contains(pattern.Name) ? " by a built-in kind" : "")}. Choose another.";
        }

        if (pattern.Pattern.Length is < 1 or > LongestPattern)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the expression has {pattern.Pattern.Length} characters; 1 to {LongestPattern} are read. Split a long one into several patterns.");
        }

        try
        {
            return MatchesNothing(PiiPatternSet.Compile(pattern, ProbeTime))
                ? "the expression also matches no characters at all, so it would be found everywhere. Ask for at least one character, for example + instead of *."
                : null;
        }
        catch (ArgumentException invalid)
        {
            return $"it is no regular expression: {invalid.Message} Try it in any .NET tester, or escape the character with a backslash.";
        }
        catch (NotSupportedException)
        {
            return "the non-backtracking engine cannot run it: it has look-around, a back-reference, an atomic group, or repeats too much. "
                + "Write it without (?=, (?!, (?<=, (?<!, \\1 and (?>, and with smaller numbers in braces; \\b marks the border of a word.";
        }
        catch (RegexMatchTimeoutException)
        {
            return TooSlow;
        }
    }

    private const string TooSlow = "the expression takes too long on ordinary text. Use smaller numbers in braces, fewer alternatives, and fixed characters at the beginning.";

    private static bool MatchesNothing(Regex regex)
    {
        foreach (var text in (string[])["", "a", "0 a", "-"])
        {
            foreach (var match in regex.EnumerateMatches(text))
            {
                if (match.Length == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string? Slow(IReadOnlyList<PiiPattern> patterns)
    {
        var times = new Dictionary<string, TimeSpan>();
        foreach (var pattern in patterns)
        {
            try
            {
                var regex = PiiPatternSet.Compile(pattern, ProbeTime);
                times[pattern.Name] = Probes(pattern).Max(probe => Faster(Time(regex, probe), () => Time(regex, probe)));
            }
            catch (RegexMatchTimeoutException)
            {
                return $"Pattern '{pattern.Name}': {TooSlow}";
            }
        }

        var total = times.Values.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
        var slowest = times.MaxBy(pair => pair.Value);
        return total <= ProbeTime ? null : string.Create(CultureInfo.InvariantCulture,
            $"The patterns together take {total.TotalMilliseconds:0} ms for 1 MiB of the text that suits them least; {ProbeTime.TotalMilliseconds:0} ms are the most. The slowest is '{slowest.Key}' with {slowest.Value.TotalMilliseconds:0} ms: {TooSlow}");
    }

    /// <summary>The first run also builds what the engine keeps; a second one is asked for only where the first was slow.</summary>
    private static TimeSpan Faster(TimeSpan first, Func<TimeSpan> second) => first < ProbeTime / PiiPatternSet.MostPatterns ? first : TimeSpan.FromTicks(Math.Min(first.Ticks, second().Ticks));

    private static TimeSpan Time(Regex regex, string text)
    {
        var watch = Stopwatch.StartNew();
        foreach (var _ in PiiPatternSet.Search(regex, text, CancellationToken.None))
        {
            if (watch.Elapsed > ProbeTime * 2)
            {
                break; // it is refused anyway
            }
        }

        return watch.Elapsed;
    }

    /// <summary>Long runs of what tempts a pattern to go on, and ordinary words; always the same.</summary>
    private static IEnumerable<string> Probes(PiiPattern pattern)
    {
        var own = string.Concat(pattern.Pattern.Where(char.IsLetterOrDigit));
        string[] pieces = ["a", "0", "A1 ", "a-b.c@d_", "The harbour master wrote 12 lines on 3 May. ", own.Length == 0 ? "x" : own];
        return pieces.Select(piece => string.Concat(Enumerable.Repeat(piece, (ProbeLength / piece.Length) + 1))[..ProbeLength]);
    }
}
