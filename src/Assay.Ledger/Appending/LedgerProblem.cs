namespace Assay.Ledger.Appending;

/// <summary>The first thing that is wrong with a log.</summary>
/// <param name="Index">The first bad entry; null when what is wrong lies in no single entry.</param>
/// <param name="File">The file in which it shows.</param>
/// <param name="Reason">What is wrong, for a person.</param>
public sealed record LedgerProblem(long? Index, string File, string Reason);
