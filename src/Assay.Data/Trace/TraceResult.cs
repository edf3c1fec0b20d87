namespace Assay.Data.Trace;

/// <summary>What was found of a reply.</summary>
/// <param name="Spans">The shown stretches in reply order; empty is a normal answer.</param>
/// <param name="Found">Stretches long and rare enough, before the best were chosen.</param>
/// <param name="Common">Stretches left out because they stand in too many places to credit anyone.</param>
public sealed record TraceResult(IReadOnlyList<TraceSpan> Spans, int Found, int Common);
