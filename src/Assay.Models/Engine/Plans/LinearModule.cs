namespace Assay.Models.Engine.Plans;

/// <summary>One linear layer under its hub name: y = x Wᵀ + b.</summary>
/// <param name="Name">Module path, such as <c>model.layers.0.self_attn.q_proj</c>; adapters are attached by it.</param>
/// <param name="In">Inputs K.</param>
/// <param name="Out">Outputs O.</param>
/// <param name="Bias">Whether <c>Name.bias</c>, [O], exists.</param>
/// <param name="Transposed">Whether the weight is stored [K, O] instead of [O, K], as GPT-2's Conv1D is.</param>
public sealed record LinearModule(string Name, int In, int Out, bool Bias, bool Transposed = false)
{
    /// <summary>The layer's weights.</summary>
    public IEnumerable<WeightPlan> Weights
    {
        get
        {
            yield return new WeightPlan($"{Name}.weight", Transposed ? [In, Out] : [Out, In]) { Transposed = Transposed };
            if (Bias)
            {
                yield return new WeightPlan($"{Name}.bias", [Out]);
            }
        }
    }
}
