namespace Assay.Models.Engine.Plans;

/// <summary>
/// One decoder block. Sequential: a = h + post1(attention(pre1 h)), h' = a + post2(mlp(pre2 a)).
/// Parallel: h' = h + attention(pre1 h) + mlp((pre2 or pre1) h). A missing post-norm is the identity.
/// </summary>
/// <param name="Parallel">Which of the two shapes.</param>
/// <param name="Pre1">Norm before attention.</param>
/// <param name="Post1">Norm of the attention branch, or null; sequential only.</param>
/// <param name="Pre2">Norm before the mlp; null only in a parallel block, where pre1 serves both.</param>
/// <param name="Post2">Norm of the mlp branch, or null; sequential only.</param>
/// <param name="Attention">Attention branch.</param>
/// <param name="Mlp">Feed-forward branch.</param>
public sealed record BlockPlan(bool Parallel, NormPlan Pre1, NormPlan? Post1, NormPlan? Pre2, NormPlan? Post2, AttentionPlan Attention, MlpPlan Mlp)
{
    /// <summary>The common block: sequential, with a norm before each branch.</summary>
    public BlockPlan(NormPlan pre1, NormPlan pre2, AttentionPlan attention, MlpPlan mlp) : this(false, pre1, null, pre2, null, attention, mlp)
    {
    }

    /// <summary>The block's matrices in the order data flows.</summary>
    public IEnumerable<LinearPlan> Linears => Attention.Linears.Concat(Mlp.Linears);

    /// <summary>The block's weights.</summary>
    public IEnumerable<WeightPlan> Weights =>
        ((NormPlan?[])[Pre1, Post1, Pre2, Post2]).OfType<NormPlan>().Concat(Attention.Norms).SelectMany(norm => norm.Weights)
            .Concat(Linears.SelectMany(linear => linear.Modules).SelectMany(module => module.Weights))
            .Concat(Mlp.OtherWeights);
}
