namespace Assay.Data.Trace;

/// <summary>A record that holds a traced stretch.</summary>
/// <param name="Record">Which record it is.</param>
/// <param name="Offset">First token of the stretch inside the record.</param>
/// <param name="Unit">The unit that holds that token, or null when the index has no units.</param>
public sealed record TraceSource(TraceRecord Record, int Offset, int? Unit);
