namespace Assay.Models.Engine.Plans;

/// <summary>y = down(act(gate x) ⊙ up x).</summary>
/// <param name="Act">Activation of the gate.</param>
/// <param name="GateUp">[2F, D]: gate rows, then up rows.</param>
/// <param name="Down">[D, F].</param>
/// <remarks>Shazeer 2020, arXiv:2002.05202.</remarks>
public sealed record GatedMlp(Activation Act, LinearPlan GateUp, LinearPlan Down) : MlpPlan
{
    /// <inheritdoc/>
    public override IEnumerable<LinearPlan> Linears => [GateUp, Down];
}
