namespace Assay.Models.Engine.Plans;

/// <summary>A mixture of experts: y = Σ weightₑ · expertₑ(x) over the chosen experts, plus a shared expert where there is one.</summary>
/// <param name="Router">How experts are chosen and weighted.</param>
/// <param name="Experts">The experts in order.</param>
/// <param name="Shared">Expert that sees every token, or null.</param>
/// <param name="SharedGate">Name of the [1, D] weight whose sigmoid scales the shared expert, or null for factor 1.</param>
/// <remarks>Shazeer et al. 2017, arXiv:1701.06538; Dai et al. 2024, arXiv:2401.06066.</remarks>
public sealed record ExpertsMlp(RouterPlan Router, IReadOnlyList<GatedMlp> Experts, GatedMlp? Shared, string? SharedGate) : MlpPlan
{
    /// <inheritdoc/>
    public override IEnumerable<LinearPlan> Linears => Experts.Concat(Shared is null ? [] : [Shared]).SelectMany(expert => expert.Linears);

    /// <summary>Router and shared gate as linear layers without bias. They are not among <see cref="Linears"/>: adapters reach them only by name.</summary>
    public IEnumerable<LinearModule> Gates
    {
        get
        {
            yield return new LinearModule(ModuleOf(Router.Table), Experts[0].GateUp.In, Router.Experts, Bias: false);
            if (SharedGate is not null)
            {
                yield return new LinearModule(ModuleOf(SharedGate), Experts[0].GateUp.In, 1, Bias: false);
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightPlan> OtherWeights
    {
        get
        {
            yield return new WeightPlan(Router.Table, [Router.Experts, Experts[0].GateUp.In]);
            if (Router.CorrectionBias is { } bias)
            {
                yield return new WeightPlan(bias, [Router.Experts], Trained: false);
            }

            if (SharedGate is not null)
            {
                yield return new WeightPlan(SharedGate, [1, Experts[0].GateUp.In]);
            }
        }
    }

    private static string ModuleOf(string weight) => weight[..^".weight".Length];
}
