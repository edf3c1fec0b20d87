namespace Assay.Models.Engine.Plans;

/// <summary>Output projection to logits.</summary>
/// <param name="Table">Name of the [V, D] weight; the embedding table when tied.</param>
/// <param name="Tied">Whether the head is the embedding table itself.</param>
/// <param name="SoftCap">c: logits become c · tanh(logit / c), or null.</param>
public sealed record HeadPlan(string Table, bool Tied, double? SoftCap = null);
