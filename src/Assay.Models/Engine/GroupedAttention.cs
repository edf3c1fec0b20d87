namespace Assay.Models.Engine;

/// <summary>Causal attention with H query heads that share K key and value heads; rotary positions on queries and keys.</summary>
/// <param name="Heads">H.</param>
/// <param name="KvHeads">K, a divisor of H.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Query">[H × HeadDim, D].</param>
/// <param name="Key">[K × HeadDim, D].</param>
/// <param name="Value">[K × HeadDim, D].</param>
/// <param name="Output">[D, H × HeadDim].</param>
/// <param name="Scale">Factor on query · key.</param>
/// <remarks>Ainslie et al. 2023, arXiv:2305.13245.</remarks>
public sealed record GroupedAttention(
    int Heads,
    int KvHeads,
    int HeadDim,
    LinearModule Query,
    LinearModule Key,
    LinearModule Value,
    LinearModule Output,
    double Scale) : AttentionPlan(Scale, Output)
{
    /// <inheritdoc/>
    public override IEnumerable<LinearModule> Linears => [Query, Key, Value, Output];
}
