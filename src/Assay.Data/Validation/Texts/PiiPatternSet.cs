using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>The operator's patterns, ready to search with. Same patterns and text = same finds: the engine does not backtrack, and nothing depends on a clock. Thread-safe.</summary>
public sealed class PiiPatternSet
{
    /// <summary>Most patterns of a set.</summary>
    public const int MostPatterns = 20;

    /// <summary>
    /// Characters of a line that are searched at once. A longer line is searched in pieces that overlap by <see cref="Overlap"/>: finding the end of one match may
    /// read on to the end of what is searched, so all matches of a text cost at most its length times this.
    /// </summary>
    public const int Piece = 4096;

    /// <summary>Characters that pieces of a long line share; a match of at most this length is found wherever it stands.</summary>
    public const int Overlap = 256;

    private static readonly ConcurrentDictionary<string, PiiPatternSet> Known = new();

    private readonly List<(PiiPattern Pattern, Regex Regex)> _patterns;

    private PiiPatternSet(IReadOnlyList<PiiPattern> patterns, string text, string hash)
    {
        (Patterns, Text, Hash) = (patterns, text, hash);
        _patterns = [.. patterns.Select(pattern => (pattern, Compile(pattern)))];
    }

    /// <summary>No patterns.</summary>
    public static PiiPatternSet None { get; } = Of([]);

    /// <summary>In the order they are searched.</summary>
    public IReadOnlyList<PiiPattern> Patterns { get; }

    /// <summary>The patterns as JSON, as they are kept.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of <see cref="Text"/> in UTF-8, lower-case hex: what a decision names its patterns by.</summary>
    public string Hash { get; }

    /// <summary>The set of these patterns, which passed <see cref="PiiPatternCheck"/>.</summary>
    /// <exception cref="ArgumentException">A pattern is no regular expression.</exception>
    /// <exception cref="NotSupportedException">A pattern needs backtracking.</exception>
    public static PiiPatternSet Of(IReadOnlyList<PiiPattern> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var text = JsonSerializer.Serialize(patterns, InspectionJson.Options);
        var hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        return Known.GetOrAdd(hash, _ => new PiiPatternSet([.. patterns], text, hash));
    }

    /// <summary>The set that was kept as <see cref="Text"/>.</summary>
    /// <exception cref="JsonException">The text is not one.</exception>
    public static PiiPatternSet Parse(string text) => Of(JsonSerializer.Deserialize<List<PiiPattern>>(text, InspectionJson.Options)!);

    /// <summary>Finds of every pattern, those of one pattern without overlaps; different patterns may find the same place.</summary>
    /// <param name="text">Searched line by line: a match never crosses a line end.</param>
    /// <param name="most">Finds of one pattern after which it is not searched further.</param>
    /// <param name="cancel">Between lines.</param>
    public IEnumerable<(PiiPattern Pattern, PersonalDatum Datum)> Find(string text, int most, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _patterns.SelectMany(pattern => Search(pattern.Regex, text, cancel).Take(most).Select(place => (pattern.Pattern, new PersonalDatum(pattern.Pattern.Name, place.Start, place.End))));
    }

    internal static Regex Compile(PiiPattern pattern) => Compile(pattern, Regex.InfiniteMatchTimeout);

    internal static Regex Compile(PiiPattern pattern, TimeSpan patience) => new(pattern.Pattern,
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (pattern.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), patience);

    internal static IEnumerable<(int Start, int End)> Search(Regex regex, string text, CancellationToken cancel)
    {
        for (var line = 0; line < text.Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var length = text.AsSpan(line).IndexOfAny('\n', '\r');
            var end = length < 0 ? text.Length : line + length;
            for (int piece = line, free = line; piece < end;)
            {
                cancel.ThrowIfCancellationRequested();
                var stop = Math.Min(piece + Piece, end);
                var last = stop == end;
                foreach (var (start, behind) in Matches(regex, text.AsSpan(line, stop - line), piece - line, last ? stop - line : stop - line - Overlap))
                {
                    free = line + behind;
                    yield return (line + start, free);
                }

                piece = last ? end : Math.Max(free, stop - Overlap); // what goes on behind a find that the piece cut is looked at, too
            }

            line = end + 1;
        }
    }

    /// <summary>Matches from one place of a line on that begin before another; those behind belong to the next piece.</summary>
    private static List<(int Start, int End)> Matches(Regex regex, ReadOnlySpan<char> line, int from, int before)
    {
        // The character before is seen, so that a word that began there does not seem to begin here.
        var seen = Math.Max(from - 1, 0);
        var found = new List<(int, int)>();
        foreach (var match in regex.EnumerateMatches(line[seen..], from - seen))
        {
            if (seen + match.Index >= before)
            {
                break;
            }

            if (match.Length > 0)
            {
                found.Add((seen + match.Index, seen + match.Index + match.Length));
            }
        }

        return found;
    }
}
