namespace Assay.Data.Duplicates;

/// <summary>Which sub-prints of a clip are stored and asked for, and which clips and shifts equal ones speak for.</summary>
public static class AudioPrintKeys
{
    /// <summary>Of the stored sub-prints each second is kept: neighbours, 11.6 ms apart, are nearly equal.</summary>
    private const int Stride = 2;

    /// <summary>Places looked at in full; the right one has the most equal sub-prints by far.</summary>
    private const int MaximumCandidates = 40;

    /// <summary>The sub-prints to store, each once, with their first place; silence is left out.</summary>
    public static IReadOnlyList<(uint Hash, int Position)> Stored(AudioPrint print)
    {
        ArgumentNullException.ThrowIfNull(print);
        var seen = new HashSet<uint> { 0 };
        var kept = new List<(uint Hash, int Position)>();
        for (var at = 0; at < print.Prints.Length; at += Stride)
        {
            if (seen.Add(print.Prints[at]))
            {
                kept.Add((print.Prints[at], at));
            }
        }

        return kept;
    }

    /// <summary>The sub-prints to ask for, with their first place.</summary>
    public static IReadOnlyDictionary<uint, int> Asked(AudioPrint print)
    {
        ArgumentNullException.ThrowIfNull(print);
        var places = new Dictionary<uint, int>();
        for (var at = 0; at < print.Prints.Length; at++)
        {
            if (print.Prints[at] != 0)
            {
                places.TryAdd(print.Prints[at], at);
            }
        }

        return places;
    }

    /// <summary>The clips and shifts to confirm with <see cref="AudioPrint.Overlap"/>, those with most equal sub-prints first.</summary>
    /// <param name="asked">From <see cref="Asked"/>.</param>
    /// <param name="hits">Stored sub-prints that were asked for.</param>
    public static IReadOnlyList<(string Clip, int Shift)> Candidates(IReadOnlyDictionary<uint, int> asked, IEnumerable<(uint Hash, string Clip, int Position)> hits)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(hits);
        var votes = new Dictionary<(string Clip, int Shift), int>();
        foreach (var (hash, clip, position) in hits)
        {
            var key = (clip, position - asked[hash]);
            votes[key] = votes.GetValueOrDefault(key) + 1;
        }

        return [.. votes.OrderByDescending(vote => vote.Value).ThenBy(vote => vote.Key.Clip, StringComparer.Ordinal).ThenBy(vote => vote.Key.Shift).Take(MaximumCandidates).Select(vote => vote.Key)];
    }
}
