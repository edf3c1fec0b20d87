namespace Assay.Data.Trace;

/// <summary>One accepted record of a snapshot, without its tokens.</summary>
/// <param name="LedgerIndex">Place of its contribution in the ledger: first come, first credited.</param>
/// <param name="Contribution">Id of the contribution.</param>
/// <param name="Number">Number of the record inside the contribution, from 0.</param>
public sealed record TraceRecord(long LedgerIndex, string Contribution, int Number);
