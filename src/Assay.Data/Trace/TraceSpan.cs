namespace Assay.Data.Trace;

/// <summary>A stretch of a reply that stands word for word in contributed records.</summary>
/// <param name="Start">First token of the reply.</param>
/// <param name="Length">Tokens.</param>
/// <param name="MilliBits">How surprising the stretch is in general text, in thousandths of a bit.</param>
/// <param name="Occurrences">How often it stands in the records.</param>
/// <param name="Sources">At least one and at most ten records in ledger order; the first is the earliest, which gets the credit.</param>
public sealed record TraceSpan(int Start, int Length, long MilliBits, int Occurrences, IReadOnlyList<TraceSource> Sources);
