namespace Assay.Models.Engine.Plans;

/// <summary>Token embeddings: table[id] · Scale + positions[position], then the norm.</summary>
/// <param name="Table">Name of the [V, D] weight.</param>
/// <param name="Scale">Factor on the table's rows; √D for Gemma.</param>
/// <param name="Positions">Name of the learned [positions, D] weight, or null; GPT-2.</param>
/// <param name="Norm">Norm of the sum, or null; BLOOM.</param>
public sealed record EmbeddingPlan(string Table, double Scale = 1, string? Positions = null, NormPlan? Norm = null);
