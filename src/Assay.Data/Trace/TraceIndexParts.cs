namespace Assay.Data.Trace;

/// <summary>The arrays of an index, between memory and file.</summary>
internal sealed record TraceIndexParts(
    string Snapshot,
    string TokenizerHash,
    int VocabularySize,
    IReadOnlyList<TraceRecord> Records,
    int[] Tokens,
    int[] Suffixes,
    int[] RecordStarts,
    (int Start, int Unit)[] UnitRuns);
