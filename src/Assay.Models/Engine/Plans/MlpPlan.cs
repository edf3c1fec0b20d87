namespace Assay.Models.Engine.Plans;

/// <summary>A feed-forward branch.</summary>
public abstract record MlpPlan
{
    /// <summary>The branch's matrices in the order data flows; an expert layer's router is not among them.</summary>
    public abstract IEnumerable<LinearPlan> Linears { get; }

    /// <summary>Weights that are neither linear layers nor norms, such as a router's.</summary>
    public virtual IEnumerable<WeightPlan> OtherWeights => [];
}
