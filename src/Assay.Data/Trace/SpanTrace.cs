namespace Assay.Data.Trace;

/// <summary>Finds the stretches of a reply that stand word for word in the records of a snapshot.</summary>
/// <remarks>
/// A stretch is maximal when no earlier start reaches as far. Short or everyday stretches occur by chance, so one must have 8 tokens and 48 reference
/// bits. Of those the ⌈0.05 · L⌉ with the most bits are shown, L being the tokens of the reply: about one source per twenty tokens keeps an answer
/// readable, and the ceiling leaves at least one. After OLMoTrace (Liu et al. 2025, arXiv:2504.07096), with a higher least length.
/// </remarks>
public static class SpanTrace
{
    /// <summary>The fewest tokens of a stretch.</summary>
    public const int LeastTokens = 8;

    /// <summary>The fewest reference bits of a stretch, in thousandths.</summary>
    public const long LeastMilliBits = 48_000;

    /// <summary>A stretch in more places than this is common.</summary>
    public const int MostOccurrences = 10_000;

    /// <summary>The most records named for a stretch.</summary>
    public const int MostSources = 10;

    private const int TokensPerSpan = 20;

    /// <summary>Traces a reply.</summary>
    /// <param name="index">The records.</param>
    /// <param name="reply">Token ids of the reply, of the index's tokenizer; special tokens may be among them.</param>
    /// <param name="bits">Reference bits of the same tokenizer.</param>
    /// <exception cref="ArgumentException">The table belongs to another tokenizer than the index.</exception>
    public static TraceResult Find(TraceIndex index, ReadOnlySpan<int> reply, ReferenceBits bits)
    {
        if (bits.TokenizerHash != index.TokenizerHash)
        {
            throw new ArgumentException($"The table belongs to tokenizer {bits.TokenizerHash}, the index to {index.TokenizerHash}.", nameof(bits));
        }

        var searched = reply.ToArray();
        for (var i = 0; i < searched.Length; i++)
        {
            // The id behind the vocabulary separates records: in a reply it must match nothing.
            searched[i] = (uint)searched[i] < (uint)index.VocabularySize ? searched[i] : -1;
        }

        var found = new List<TraceSpan>();
        var common = 0;
        var reached = 0;
        for (var start = 0; start < searched.Length; start++)
        {
            var rest = searched.AsSpan(start);
            var length = index.LongestMatch(rest);
            if (start + length <= reached)
            {
                continue;
            }

            reached = start + length;
            var weight = bits.MilliBitsOf(rest[..length]);
            if (length < LeastTokens || weight < LeastMilliBits)
            {
                continue;
            }

            var places = index.Find(rest[..length]);
            if (places.Length > MostOccurrences)
            {
                common++;
            }
            else
            {
                found.Add(new(start, length, weight, places.Length, Sources(index, places)));
            }
        }

        var shown = (searched.Length + TokensPerSpan - 1) / TokensPerSpan;
        var best = found.OrderByDescending(static span => span.MilliBits).ThenBy(static span => span.Start).Take(shown);
        return new([.. best.OrderBy(static span => span.Start)], found.Count, common);
    }

    private static List<TraceSource> Sources(TraceIndex index, ReadOnlySpan<int> places)
    {
        // Records stand in ledger order, so the order of positions is the order of first come.
        var ordered = places.ToArray();
        Array.Sort(ordered);
        var sources = new List<TraceSource>();
        var last = -1;
        foreach (var place in ordered)
        {
            var record = index.RecordAt(place);
            if (record == last)
            {
                continue;
            }

            last = record;
            sources.Add(new(index.Records[record], index.OffsetInRecord(place), index.UnitAt(place)));
            if (sources.Count == MostSources)
            {
                break;
            }
        }

        return sources;
    }
}
