using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>A frozen norm over rows, with what its backward call needs.</summary>
/// <param name="weights">Base.</param>
/// <param name="plan">Formula and names; for 1 + w the weights already have the 1 added.</param>
/// <param name="role">Name of its buffers.</param>
/// <param name="block">Block index.</param>
internal sealed class Norm(FrozenWeights weights, NormPlan plan, string role, int block)
{
    private readonly Tensor weight = weights.Tensor($"{plan.Name}.weight");
    private readonly Tensor? bias = plan.Kind is NormKind.Layer ? weights.Tensor($"{plan.Name}.bias") : null;

    /// <param name="pass">The call.</param>
    /// <param name="x">[rows, width], fp32 or operand.</param>
    /// <param name="y">[rows, ≥ width]; the first columns are written.</param>
    public void Forward(PackedPass pass, Tensor x, Tensor y) =>
        RowOperators.NormForward(plan.Kind, x, weight, bias, plan.Epsilon, y, Statistics(pass, x));

    /// <param name="pass">The call.</param>
    /// <param name="x">As in the forward call.</param>
    /// <param name="dy">[rows, ≥ width].</param>
    /// <param name="dx">[rows, width].</param>
    /// <param name="add">Add to <paramref name="dx"/> instead of replacing it.</param>
    public void Backward(PackedPass pass, Tensor x, Tensor dy, Tensor dx, bool add) =>
        RowOperators.NormBackward(plan.Kind, x, weight, Statistics(pass, x), dy, dx, add);

    /// <summary>1/rms (or 1/σ) and mean of each row.</summary>
    private Tensor Statistics(PackedPass pass, Tensor x) => pass.KeptFloats($"{role}.stats", block, x.shape[0], 2);
}
