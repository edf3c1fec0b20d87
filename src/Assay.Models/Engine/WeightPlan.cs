namespace Assay.Models.Engine;

/// <summary>A weight that a plan needs.</summary>
/// <param name="Name">Name as the family describes it.</param>
/// <param name="Shape">Shape as stored in the file.</param>
public sealed record WeightPlan(string Name, IReadOnlyList<long> Shape);
