namespace Assay.Models.Engine;

/// <summary>An attention branch.</summary>
/// <param name="Scale">Factor on query · key.</param>
/// <param name="Output">Projection of the joined heads back to D.</param>
public abstract record AttentionPlan(double Scale, LinearModule Output)
{
    /// <summary>The branch's linear layers in the order data flows.</summary>
    public abstract IEnumerable<LinearModule> Linears { get; }
}
