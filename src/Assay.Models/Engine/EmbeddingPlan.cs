namespace Assay.Models.Engine;

/// <summary>Token embeddings.</summary>
/// <param name="Table">Name of the [V, D] weight.</param>
public sealed record EmbeddingPlan(string Table);
