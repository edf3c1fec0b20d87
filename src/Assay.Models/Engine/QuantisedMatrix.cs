using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A matrix whose layers stay in NF4; every use expands them into a buffer that all matrices share.</summary>
/// <remarks>Dettmers et al. 2023, arXiv:2305.14314: the frozen base is stored in 4 bits and computed with in 16.</remarks>
internal sealed class QuantisedMatrix : AugmentedMatrix
{
    private readonly List<IQuantisedRows> parts = [];
    private readonly Tensor expanded;

    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="buffer">A view of O · (K + R) elements of the shared buffer, in the product type; the view is this object's from here on.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="source">Reads weights.</param>
    public QuantisedMatrix(LinearPlan plan, Tensor buffer, int rank, WeightSource source)
        : base(plan, rank, source)
    {
        using (buffer)
        {
            expanded = buffer.view(plan.Out, plan.In + rank).DetachFromDisposeScope();
        }

        Columns = zeros(plan.Out, rank, expanded.dtype).DetachFromDisposeScope();
        ForEachPart((block, first, order) =>
        {
            var weight = block.Module.Weights.First();
            parts.Add(source.Quantised(weight) is { } nf4 ? new Nf4Rows(nf4, block, first, order) : new DenseRows(Dense(source, block, order), first));
        });
    }

    /// <inheritdoc/>
    public override Tensor Columns { get; }

    /// <inheritdoc/>
    public override long Bytes => parts.Sum(part => part.Bytes) + (Columns.numel() * Columns.element_size()) + (4 * (Bias?.numel() ?? 0));

    /// <inheritdoc/>
    public override Tensor Augmented()
    {
        parts.ForEach(part => part.WriteTo(expanded));
        if (Rank > 0)
        {
            using var last = expanded.narrow(1, Plan.In, Rank);
            last.copy_(Columns);
        }

        return expanded;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Columns.Dispose();
        expanded.Dispose();
        parts.ForEach(part => part.Dispose());
    }

    private Tensor Dense(WeightSource source, RowBlock block, int[]? order)
    {
        using var stored = source.Read(block.Module.Weights.First());
        using var rows = block.Module.Transposed ? stored.t() : stored.alias();
        using var ordered = InEngineOrder(rows, order);
        return ordered.to(expanded.dtype, copy: true).contiguous().DetachFromDisposeScope();
    }
}
