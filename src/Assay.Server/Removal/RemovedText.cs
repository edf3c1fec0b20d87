using System.Text;

namespace Assay.Server.Removal;

/// <summary>Finds what another text quotes of removed texts: every run of at least 32 characters that stands in them.</summary>
internal sealed class RemovedText
{
    /// <summary>Shorter runs are not a quotation.</summary>
    public const int Shortest = 32;

    /// <summary>Every run of <see cref="Shortest"/> characters holds one whole window of this length that starts at a multiple of it.</summary>
    private const int Window = Shortest / 2;

    /// <summary>Places kept per window: texts that repeat themselves have thousands of equal ones.</summary>
    private const int MostPlaces = 32;

    private const ulong Factor = 0x9E3779B97F4A7C15;

    private static readonly ulong Leaving = Enumerable.Range(0, Window - 1).Aggregate(1UL, (power, _) => unchecked(power * Factor));

    private readonly List<string> _texts;
    private readonly Dictionary<ulong, List<(int Text, int At)>> _windows = [];

    public RemovedText(IEnumerable<string> texts)
    {
        _texts = [.. texts.Where(text => text.Length >= Shortest).Distinct()];
        for (var text = 0; text < _texts.Count; text++)
        {
            for (var at = 0; at + Window <= _texts[text].Length; at += Window)
            {
                var hash = HashOf(_texts[text].AsSpan(at, Window));
                if (!_windows.TryGetValue(hash, out var places))
                {
                    _windows.Add(hash, places = []);
                }

                if (places.Count < MostPlaces)
                {
                    places.Add((text, at));
                }
            }
        }
    }

    /// <summary>The text with every quotation replaced: by as many blocks as it had characters, so that places in the text stay; or by one mark.</summary>
    /// <returns>The same text when it quotes nothing.</returns>
    public string Mask(string text, bool keepPlaces)
    {
        var masked = new StringBuilder();
        var done = 0;
        foreach (var (start, end) in Find(text))
        {
            masked.Append(text, done, start - done);
            masked = keepPlaces ? masked.Append('█', end - start) : masked.Append("[removed]");
            done = end;
        }

        return done == 0 ? text : masked.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Half-open ranges in order, none touching another.</summary>
    private List<(int Start, int End)> Find(string text)
    {
        var found = new List<(int Start, int End)>();
        var covered = 0;
        ulong hash = 0;
        for (var last = 0; _windows.Count > 0 && last < text.Length; last++)
        {
            var at = last - Window + 1;
            hash = unchecked(((hash - (at > 0 ? text[at - 1] * Leaving : 0)) * Factor) + text[last]);

            // What lies within a range is found: a long quotation costs its length once, not once per window.
            if (at < 0 || last < covered || !_windows.TryGetValue(hash, out var places))
            {
                continue;
            }

            foreach (var range in places.Select(place => Grow(text, at, _texts[place.Text], place.At)).Where(range => range.End - range.Start >= Shortest))
            {
                found.Add(range);
                covered = Math.Max(covered, range.End);
            }
        }

        var merged = new List<(int Start, int End)>();
        foreach (var range in found.Order())
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
            {
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, range.End));
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    /// <summary>The longest common run through a window; empty when the hashes were equal by chance.</summary>
    private static (int Start, int End) Grow(string text, int at, string other, int place)
    {
        if (!text.AsSpan(at, Window).SequenceEqual(other.AsSpan(place, Window)))
        {
            return (0, 0);
        }

        var after = Window + text.AsSpan(at + Window).CommonPrefixLength(other.AsSpan(place + Window));
        var before = 0;
        while (before < at && before < place && text[at - before - 1] == other[place - before - 1])
        {
            before++;
        }

        return (at - before, at + after);
    }

    private static ulong HashOf(ReadOnlySpan<char> window)
    {
        ulong hash = 0;
        foreach (var character in window)
        {
            hash = unchecked((hash * Factor) + character);
        }

        return hash;
    }
}
