namespace Assay.Data.Records;

/// <summary>What was read from one source.</summary>
/// <param name="Records">In order of appearance.</param>
/// <param name="Skipped">Parts that became no record.</param>
public sealed record RecordReading(IReadOnlyList<DataRecord> Records, IReadOnlyList<SkippedPart> Skipped);
