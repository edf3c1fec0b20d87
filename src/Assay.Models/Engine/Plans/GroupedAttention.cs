namespace Assay.Models.Engine.Plans;

/// <summary>Attention with H query heads that share K key and value heads.</summary>
/// <param name="Heads">H.</param>
/// <param name="KvHeads">K, a divisor of H.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Rotary">First dimensions of a head that are rotated; 0 without rope, at most HeadDim.</param>
/// <param name="Qkv">[(H + 2K) × HeadDim, D]: query heads, key heads, value heads.</param>
/// <param name="QueryNorm">Norm over each query head before rotation, or null.</param>
/// <param name="KeyNorm">Norm over each key head before rotation, or null.</param>
/// <param name="Output">[D, H × HeadDim].</param>
/// <param name="Scale">Factor on query · key.</param>
/// <param name="Position">How positions enter.</param>
/// <param name="Window">Sliding window, or null.</param>
/// <param name="SoftCap">Cap on the scores, or null.</param>
/// <remarks>Ainslie et al. 2023, arXiv:2305.13245.</remarks>
public sealed record GroupedAttention(
    int Heads,
    int KvHeads,
    int HeadDim,
    int Rotary,
    LinearPlan Qkv,
    NormPlan? QueryNorm,
    NormPlan? KeyNorm,
    LinearPlan Output,
    double Scale,
    PositionKind Position,
    int? Window = null,
    double? SoftCap = null) : AttentionPlan(Scale, Window, SoftCap, Position, Output)
{
    /// <inheritdoc/>
    public override IEnumerable<LinearPlan> Linears => [Qkv, Output];

    /// <inheritdoc/>
    public override IEnumerable<NormPlan> Norms => ((NormPlan?[])[QueryNorm, KeyNorm]).OfType<NormPlan>();
}
