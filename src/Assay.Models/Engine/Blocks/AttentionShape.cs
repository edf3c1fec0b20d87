using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Blocks;

/// <summary>What attention over heads needs to know.</summary>
/// <param name="Heads">H, query heads.</param>
/// <param name="KvHeads">K, key and value heads, a divisor of H.</param>
/// <param name="KeyDim">Width of a query or key head.</param>
/// <param name="ValueDim">Width of a value head.</param>
/// <param name="Scale">Factor on query · key.</param>
/// <param name="Window">Sliding window in positions, or null.</param>
/// <param name="SoftCap">Cap on the scores, or null.</param>
/// <param name="Alibi">Whether slope · key position is added to the scores.</param>
internal sealed record AttentionShape(int Heads, int KvHeads, int KeyDim, int ValueDim, double Scale, int? Window, double? SoftCap, bool Alibi)
{
    /// <summary>The shape of grouped attention.</summary>
    public static AttentionShape Of(GroupedAttention plan) =>
        new(plan.Heads, plan.KvHeads, plan.HeadDim, plan.HeadDim, plan.Scale, plan.Window, plan.SoftCap, plan.Position is PositionKind.Alibi);
}
