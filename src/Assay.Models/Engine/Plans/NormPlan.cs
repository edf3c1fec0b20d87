namespace Assay.Models.Engine.Plans;

/// <summary>A norm over rows of one width.</summary>
/// <param name="Kind">Formula.</param>
/// <param name="Name">Module path; the weight is <c>Name.weight</c>, and a <see cref="NormKind.Layer"/> norm also has <c>Name.bias</c>.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Width">Elements of a row.</param>
public sealed record NormPlan(NormKind Kind, string Name, double Epsilon, int Width)
{
    /// <summary>The norm's weights.</summary>
    public IEnumerable<WeightPlan> Weights
    {
        get
        {
            yield return new WeightPlan($"{Name}.weight", [Width]) { Neutral = Kind is NormKind.RmsPlusOne ? 0 : 1 };
            if (Kind is NormKind.Layer)
            {
                yield return new WeightPlan($"{Name}.bias", [Width]);
            }
        }
    }
}
