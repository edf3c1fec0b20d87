using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A matrix kept as one fp32 or bf16 tensor, adapter columns included.</summary>
internal sealed class DenseMatrix : AugmentedMatrix
{
    private readonly Tensor augmented;

    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="operand">fp32 or bf16.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="source">Reads weights.</param>
    public DenseMatrix(LinearPlan plan, ScalarType operand, int rank, WeightSource source)
        : base(plan, rank, source)
    {
        augmented = zeros(plan.Out, plan.In + rank, operand).DetachFromDisposeScope();
        Columns = augmented.narrow(1, plan.In, rank).DetachFromDisposeScope();
        ForEachPart((block, first, order) =>
        {
            using var stored = source.Read(block.Module.Weights.First());
            using var rows = block.Module.Transposed ? stored.t() : stored.alias();
            using var ordered = InEngineOrder(rows, order);
            using var part = augmented.narrow(0, first, block.Module.Out);
            using var target = part.narrow(1, 0, plan.In);
            target.copy_(ordered);
        });
    }

    /// <inheritdoc/>
    public override Tensor Columns { get; }

    /// <inheritdoc/>
    public override long Bytes => (augmented.numel() * augmented.element_size()) + (4 * (Bias?.numel() ?? 0));

    /// <inheritdoc/>
    public override Tensor Augmented() => augmented;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Columns.Dispose();
        augmented.Dispose();
    }
}
