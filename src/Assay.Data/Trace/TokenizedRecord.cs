namespace Assay.Data.Trace;

/// <summary>A record and its tokens, as an index is built from it.</summary>
/// <param name="Record">Which record it is.</param>
/// <param name="Ids">Token ids of its text.</param>
/// <param name="Units">As many as ids: the unit, of all units of the snapshot, that holds each token's first byte. Empty when units are not wanted.</param>
public sealed record TokenizedRecord(TraceRecord Record, IReadOnlyList<int> Ids, IReadOnlyList<int> Units);
