using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Which experts the tokens of a call go to, and how the weights depend on the router's outputs.</summary>
internal sealed class ExpertRoutes
{
    private readonly RouterPlan plan;
    private readonly int[] experts;
    private readonly float[] weights;
    private readonly float[] scores;

    /// <param name="plan">The rule.</param>
    /// <param name="logits">Router outputs, fp32 [N, E].</param>
    /// <param name="bias">Correction for choosing only, [E], or null.</param>
    public ExpertRoutes(RouterPlan plan, Tensor logits, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        this.plan = plan;
        var (chosen, factors) = ExpertRouting.Choose(plan, logits, bias);
        experts = [.. chosen.contiguous().data<long>().ToArray().Select(expert => (int)expert)];
        weights = factors.contiguous().data<float>().ToArray();
        scores = (plan.Score is RouterScore.Sigmoid ? logits.sigmoid() : logits.softmax(-1)).data<float>().ToArray();
    }

    /// <summary>Tokens of an expert in order, the weight of each, and its place in [N, chosen].</summary>
    public (int[] Tokens, float[] Weights, int[] Places) Of(int expert)
    {
        int[] places = [.. Enumerable.Range(0, experts.Length).Where(place => experts[place] == expert)];
        return ([.. places.Select(place => place / plan.Chosen)], [.. places.Select(place => weights[place])], places);
    }

    /// <summary>Gradient of the router's outputs.</summary>
    /// <param name="gradients">Of the weights, [N, chosen].</param>
    /// <returns>[N × E].</returns>
    public float[] Backward(float[] gradients)
    {
        float[] result = new float[scores.Length];
        Span<float> slopes = stackalloc float[plan.Chosen];
        for (int token = 0; token < experts.Length / plan.Chosen; token++)
        {
            var chosen = experts.AsSpan(token * plan.Chosen, plan.Chosen);
            var own = scores.AsSpan(token * plan.Experts, plan.Experts);
            ThroughNormalising(chosen, own, gradients.AsSpan(token * plan.Chosen, plan.Chosen), slopes);
            ThroughScores(chosen, own, slopes, result.AsSpan(token * plan.Experts, plan.Experts));
        }

        return result;
    }

    /// <summary>weight = F · s, or F · s / Σ s over the chosen.</summary>
    private void ThroughNormalising(ReadOnlySpan<int> chosen, ReadOnlySpan<float> own, ReadOnlySpan<float> gradients, Span<float> slopes)
    {
        float sum = 1;
        float mean = 0;
        if (plan.Renormalise)
        {
            sum = 0;
            foreach (int expert in chosen)
            {
                sum += own[expert];
            }

            for (int index = 0; index < chosen.Length; index++)
            {
                mean += gradients[index] * own[chosen[index]] / sum;
            }
        }

        for (int index = 0; index < chosen.Length; index++)
        {
            slopes[index] = (float)plan.Factor * (gradients[index] - mean) / sum;
        }
    }

    private void ThroughScores(ReadOnlySpan<int> chosen, ReadOnlySpan<float> own, ReadOnlySpan<float> slopes, Span<float> result)
    {
        if (plan.Score is RouterScore.Sigmoid)
        {
            for (int index = 0; index < chosen.Length; index++)
            {
                float score = own[chosen[index]];
                result[chosen[index]] = score * (1 - score) * slopes[index];
            }

            return;
        }

        float mean = 0;
        for (int index = 0; index < chosen.Length; index++)
        {
            mean += own[chosen[index]] * slopes[index];
        }

        for (int expert = 0; expert < own.Length; expert++)
        {
            result[expert] = -own[expert] * mean;
        }

        for (int index = 0; index < chosen.Length; index++)
        {
            result[chosen[index]] += own[chosen[index]] * slopes[index];
        }
    }
}
