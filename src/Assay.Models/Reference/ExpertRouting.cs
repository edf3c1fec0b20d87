using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Which experts a token goes to, and with what weight.</summary>
internal static class ExpertRouting
{
    private const double SigmoidSumFloor = 1e-20;

    /// <param name="plan">The rule.</param>
    /// <param name="logits">Router outputs, [N, E].</param>
    /// <param name="bias">Correction for choosing only, [E], or null.</param>
    /// <returns>Experts, int64 [N, chosen], best first; their weights, [N, chosen], differentiable.</returns>
    public static (Tensor Experts, Tensor Weights) Choose(RouterPlan plan, Tensor logits, Tensor? bias)
    {
        var scores = plan.Score is RouterScore.Sigmoid ? logits.sigmoid() : logits.softmax(-1);
        var choice = bias is null ? scores.detach() : scores.detach() + bias;
        if (plan.Groups is { } groups)
        {
            choice = WithinBestGroups(groups, choice);
        }

        var experts = Best(choice, plan.Chosen);
        var weights = scores.gather(1, experts);
        if (plan.Renormalise)
        {
            var sum = weights.sum(-1, keepdim: true);
            weights /= plan.Score is RouterScore.Sigmoid ? sum + SigmoidSumFloor : sum;
        }

        return (experts, weights * plan.Factor);
    }

    /// <summary>Scores with those of dropped groups set to 0, which a negative score of a kept group does not beat: so the published code has it.</summary>
    private static Tensor WithinBestGroups(RouterGroups groups, Tensor choice)
    {
        var grouped = choice.view(choice.shape[0], groups.Count, -1); // [N, groups, E/groups]
        var group = topk(grouped, groups.BestOf, -1).values.sum(-1); // [N, groups]
        var kept = zeros_like(group).scatter(1, Best(group, groups.Kept), ones_like(group)).unsqueeze(-1); // [N, groups, 1]
        return where(kept == 1, grouped, zeros_like(grouped)).view(choice.shape);
    }

    // libtorch's own choice among equal values, which the reference implementations inherit: dropped groups leave many zeros, so ties do happen.
    private static Tensor Best(Tensor values, int count) => topk(values, count, -1).indices;
}
