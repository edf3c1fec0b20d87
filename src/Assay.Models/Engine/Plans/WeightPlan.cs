namespace Assay.Models.Engine.Plans;

/// <summary>A weight that a plan needs.</summary>
/// <param name="Name">Name as the family describes it.</param>
/// <param name="Shape">Shape as stored in the file.</param>
/// <param name="Trained">Whether full fine-tuning changes it; false for buffers such as a router's correction bias.</param>
public sealed record WeightPlan(string Name, IReadOnlyList<long> Shape, bool Trained = true);
