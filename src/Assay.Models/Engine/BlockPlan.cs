namespace Assay.Models.Engine;

/// <summary>One sequential decoder block: a = h + attention(pre1 h); h' = a + mlp(pre2 a).</summary>
/// <param name="Pre1">Norm before attention.</param>
/// <param name="Pre2">Norm before the mlp.</param>
/// <param name="Attention">Attention branch.</param>
/// <param name="Mlp">Feed-forward branch.</param>
public sealed record BlockPlan(NormPlan Pre1, NormPlan Pre2, AttentionPlan Attention, MlpPlan Mlp)
{
    /// <summary>The block's linear layers in the order data flows.</summary>
    public IEnumerable<LinearModule> Linears => Attention.Linears.Concat(Mlp.Linears);
}
