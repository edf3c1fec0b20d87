using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>One engine matrix where its weights lie: y = x Wᵀ + b, rows in engine order.</summary>
/// <param name="Number">Place among the model's matrices; adapters are looked up by it.</param>
/// <param name="Plan">The hub layers it is made of.</param>
/// <param name="Parts">One run of rows per hub layer, from the first engine row to the last, all of one format.</param>
/// <param name="Bias">fp32 [O] in engine order, or 0.</param>
internal sealed record DecodeLinear(int Number, LinearPlan Plan, IReadOnlyList<WeightRows> Parts, nint Bias)
{
    /// <summary>Inputs K.</summary>
    public int In { get; } = Plan.In;

    /// <summary>Outputs O.</summary>
    public int Out { get; } = Plan.Out;

    /// <summary>How the weights are held.</summary>
    public WeightFormat Format => Parts[0].Format;

    /// <summary>Bytes that a product reads.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);
}
