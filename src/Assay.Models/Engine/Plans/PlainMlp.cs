namespace Assay.Models.Engine.Plans;

/// <summary>y = down(act(up x)).</summary>
/// <param name="Act">Activation.</param>
/// <param name="Up">[F, D].</param>
/// <param name="Down">[D, F].</param>
public sealed record PlainMlp(Activation Act, LinearPlan Up, LinearPlan Down) : MlpPlan
{
    /// <inheritdoc/>
    public override IEnumerable<LinearPlan> Linears => [Up, Down];
}
