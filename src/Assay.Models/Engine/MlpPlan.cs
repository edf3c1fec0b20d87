namespace Assay.Models.Engine;

/// <summary>A feed-forward branch.</summary>
public abstract record MlpPlan
{
    /// <summary>The branch's linear layers in the order data flows.</summary>
    public abstract IEnumerable<LinearModule> Linears { get; }
}
