namespace Assay.Models.Engine;

/// <summary>Output projection to logits.</summary>
/// <param name="Table">Name of the [V, D] weight; the embedding table when tied.</param>
/// <param name="Tied">Whether the head is the embedding table itself.</param>
public sealed record HeadPlan(string Table, bool Tied);
