namespace Assay.Models.Engine;

/// <summary>y = down(silu(gate x) ⊙ up x).</summary>
/// <param name="Gate">[F, D].</param>
/// <param name="Up">[F, D].</param>
/// <param name="Down">[D, F].</param>
/// <remarks>Shazeer 2020, arXiv:2002.05202.</remarks>
public sealed record GatedMlp(LinearModule Gate, LinearModule Up, LinearModule Down) : MlpPlan
{
    /// <inheritdoc/>
    public override IEnumerable<LinearModule> Linears => [Gate, Up, Down];
}
