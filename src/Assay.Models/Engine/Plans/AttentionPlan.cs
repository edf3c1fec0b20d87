namespace Assay.Models.Engine.Plans;

/// <summary>An attention branch. Causal; key j is visible to query i if 0 ≤ i − j, and i − j &lt; Window where there is one.</summary>
/// <param name="Scale">Factor on query · key.</param>
/// <param name="Window">Sliding window in positions, or null.</param>
/// <param name="SoftCap">c: scores become c · tanh(score / c) before masking, or null.</param>
/// <param name="Position">How positions enter.</param>
/// <param name="Output">Projection of the joined heads back to D.</param>
public abstract record AttentionPlan(double Scale, int? Window, double? SoftCap, PositionKind Position, LinearPlan Output)
{
    /// <summary>The branch's matrices in the order data flows.</summary>
    public abstract IEnumerable<LinearPlan> Linears { get; }

    /// <summary>Norms inside the branch.</summary>
    public abstract IEnumerable<NormPlan> Norms { get; }
}
