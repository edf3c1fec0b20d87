namespace Assay.Server.Contributions.Comparisons;

/// <summary>What a finding describes: a record and the earlier one that it shares something with.</summary>
/// <param name="Rule">The finding's rule.</param>
/// <param name="Ordinal">Position of the record in its file, from 0.</param>
/// <param name="OtherId">The earlier contribution, or the test set.</param>
/// <param name="OtherRecord">The earlier record; null where whole files were compared, and for test sets.</param>
internal sealed record Overlap(string Rule, int Ordinal, string OtherId, long? OtherRecord);
