namespace Assay.Models.Engine.Plans;

/// <summary>Multi-head latent attention: keys and values come from one compressed row per token plus one rotary key shared by all heads.</summary>
/// <param name="Heads">H.</param>
/// <param name="Nope">Width of a head's part without rotation.</param>
/// <param name="Rotary">Width of a head's rotated part, which follows the other.</param>
/// <param name="ValueDim">Width of a head's value.</param>
/// <param name="KvRank">C, width of the compressed row.</param>
/// <param name="QueryDown">[query rank, D], or null when queries are projected directly.</param>
/// <param name="QueryNorm">Norm of the query's compressed row, or null.</param>
/// <param name="Query">[H × (Nope + Rotary), D or query rank].</param>
/// <param name="KvDown">[C + Rotary, D]: compressed row, then the shared rotary key.</param>
/// <param name="KvNorm">Norm of the compressed row.</param>
/// <param name="KvUp">[H × (Nope + ValueDim), C]: per head, key part then value.</param>
/// <param name="Output">[D, H × ValueDim].</param>
/// <param name="Scale">Factor on query · key.</param>
/// <remarks>DeepSeek-AI 2024, arXiv:2405.04434 §2.1.</remarks>
public sealed record LatentAttention(
    int Heads,
    int Nope,
    int Rotary,
    int ValueDim,
    int KvRank,
    LinearPlan? QueryDown,
    NormPlan? QueryNorm,
    LinearPlan Query,
    LinearPlan KvDown,
    NormPlan KvNorm,
    LinearPlan KvUp,
    LinearPlan Output,
    double Scale) : AttentionPlan(Scale, null, null, PositionKind.Rope, Output)
{
    /// <inheritdoc/>
    public override IEnumerable<LinearPlan> Linears => ((LinearPlan?[])[QueryDown, Query, KvDown, KvUp, Output]).OfType<LinearPlan>();

    /// <inheritdoc/>
    public override IEnumerable<NormPlan> Norms => ((NormPlan?[])[QueryNorm, KvNorm]).OfType<NormPlan>();
}
