namespace Assay.Data.Trace;

/// <summary>All accepted records of a snapshot in one tokenizer's ids, with a suffix array: finds any stretch of tokens in logarithmic time.</summary>
/// <remarks>Immutable, so safe to use from several threads. Between records stands an id outside the vocabulary, which no reply holds: no match crosses records.</remarks>
public sealed class TraceIndex
{
    /// <summary>The most tokens of one index; a larger snapshot takes several.</summary>
    public const int MaxTokens = 32 << 20;

    private readonly int[] tokens;
    private readonly int[] suffixes;
    private readonly int[] recordStarts;
    private readonly (int Start, int Unit)[] unitRuns;

    internal TraceIndex(TraceIndexParts parts)
    {
        Snapshot = parts.Snapshot;
        TokenizerHash = parts.TokenizerHash;
        VocabularySize = parts.VocabularySize;
        Records = parts.Records;
        tokens = parts.Tokens;
        suffixes = parts.Suffixes;
        recordStarts = parts.RecordStarts;
        unitRuns = parts.UnitRuns;
    }

    /// <summary>Hash or name of the snapshot that was indexed.</summary>
    public string Snapshot { get; }

    /// <summary>SHA-256 of the <c>tokenizer.json</c>, in lower-case hexadecimal.</summary>
    public string TokenizerHash { get; }

    /// <summary>Ids of the tokenizer: 0 to this, exclusive.</summary>
    public int VocabularySize { get; }

    /// <summary>Records in ledger order.</summary>
    public IReadOnlyList<TraceRecord> Records { get; }

    /// <summary>Tokens, separators included.</summary>
    public int Length => tokens.Length;

    /// <summary>Indexes a snapshot.</summary>
    /// <param name="snapshot">Hash or name of the snapshot.</param>
    /// <param name="tokenizerHash">SHA-256 of the <c>tokenizer.json</c>, hexadecimal.</param>
    /// <param name="vocabularySize">Ids of the tokenizer.</param>
    /// <param name="records">Accepted records, by ledger index and then record number.</param>
    /// <exception cref="ArgumentException">Records are out of order, too many, or hold ids outside the vocabulary.</exception>
    public static TraceIndex Build(string snapshot, string tokenizerHash, int vocabularySize, IEnumerable<TokenizedRecord> records)
    {
        var tokens = new List<int>();
        var kept = new List<TraceRecord>();
        var starts = new List<int>();
        var runs = new List<(int Start, int Unit)>();
        foreach (var item in records)
        {
            if (kept.Count > 0 && (item.Record.LedgerIndex, item.Record.Number).CompareTo((kept[^1].LedgerIndex, kept[^1].Number)) <= 0)
            {
                throw new ArgumentException($"Record {item.Record.Number} of ledger index {item.Record.LedgerIndex} does not come after the one before.", nameof(records));
            }

            if (item.Units.Count != 0 && item.Units.Count != item.Ids.Count)
            {
                throw new ArgumentException($"A record has {item.Ids.Count} tokens but units for {item.Units.Count}.", nameof(records));
            }

            if ((long)tokens.Count + item.Ids.Count + 1 > MaxTokens)
            {
                throw new ArgumentException($"The records hold more than {MaxTokens} tokens; split them into several indexes.", nameof(records));
            }

            kept.Add(item.Record);
            starts.Add(tokens.Count);
            AddUnits(item, tokens.Count, runs);
            tokens.AddRange(item.Ids);
            tokens.Add(vocabularySize);
        }

        var text = tokens.ToArray();
        if (text.AsSpan().ContainsAnyExceptInRange(0, vocabularySize) || text.AsSpan().Count(vocabularySize) != kept.Count)
        {
            throw new ArgumentException($"Token ids must be 0 to {vocabularySize - 1}.", nameof(records));
        }

        return new(new(snapshot, tokenizerHash, vocabularySize, kept, text, SuffixArray.Build(text, vocabularySize), [.. starts], [.. runs]));
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidTraceIndexException">The file is damaged, cut short, of another version or unreadable.</exception>
    public static TraceIndex Load(string path) => TraceIndexFile.Load(path);

    /// <summary>Writes the index to a file, beside it first and then renamed.</summary>
    public void Save(string path) =>
        TraceIndexFile.Save(new(Snapshot, TokenizerHash, VocabularySize, Records, tokens, suffixes, recordStarts, unitRuns), path);

    /// <summary>The number of the record that holds the token at a position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the index.</exception>
    public int RecordAt(int position)
    {
        CheckPosition(position);
        var found = Array.BinarySearch(recordStarts, position);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The token's place inside its record.</summary>
    public int OffsetInRecord(int position) => position - recordStarts[RecordAt(position)];

    /// <summary>The unit that holds the token at a position, or null when the index has none for it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the index.</exception>
    public int? UnitAt(int position)
    {
        CheckPosition(position);
        var found = Array.BinarySearch(unitRuns, (position, int.MaxValue));
        var run = found >= 0 ? found : ~found - 1;
        return run >= 0 && unitRuns[run].Unit >= 0 ? unitRuns[run].Unit : null;
    }

    /// <summary>How many of the first tokens of <paramref name="ids"/> stand together somewhere in the records.</summary>
    public int LongestMatch(ReadOnlySpan<int> ids)
    {
        // The suffix that shares most is a neighbour of the place where ids would be inserted. What both borders of the search share with
        // ids, everything between them shares, so each comparison starts there (Manber and Myers 1993).
        int low = -1, high = suffixes.Length, lowShared = 0, highShared = 0;
        while (high - low > 1)
        {
            var middle = low + ((high - low) >> 1);
            var shared = Shared(ids, suffixes[middle], Math.Min(lowShared, highShared));
            if (shared == ids.Length)
            {
                return shared;
            }

            if (IsBefore(suffixes[middle], ids, shared))
            {
                (low, lowShared) = (middle, shared);
            }
            else
            {
                (high, highShared) = (middle, shared);
            }
        }

        return Math.Max(lowShared, highShared);
    }

    /// <summary>Positions where <paramref name="ids"/> stands, in no particular order; a view, not a copy.</summary>
    public ReadOnlySpan<int> Find(ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty)
        {
            return [];
        }

        var first = Border(ids, behindEqual: false);
        return suffixes.AsSpan(first, Border(ids, behindEqual: true) - first);
    }

    private static void AddUnits(TokenizedRecord item, int start, List<(int Start, int Unit)> runs)
    {
        for (var i = 0; i < item.Ids.Count; i++)
        {
            var unit = item.Units.Count == 0 ? -1 : item.Units[i];
            if (runs.Count == 0 || runs[^1].Unit != unit)
            {
                runs.Add((start + i, unit));
            }
        }
    }

    private int Border(ReadOnlySpan<int> ids, bool behindEqual)
    {
        int low = 0, high = suffixes.Length;
        while (low < high)
        {
            var middle = low + ((high - low) >> 1);
            var shared = Shared(ids, suffixes[middle], 0);
            if (shared == ids.Length ? behindEqual : IsBefore(suffixes[middle], ids, shared))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private int Shared(ReadOnlySpan<int> ids, int position, int known) =>
        known + ids[known..].CommonPrefixLength(tokens.AsSpan(Math.Min(tokens.Length, position + known)));

    private bool IsBefore(int position, ReadOnlySpan<int> ids, int shared) => position + shared == tokens.Length || tokens[position + shared] < ids[shared];

    private void CheckPosition(int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, tokens.Length);
    }
}
