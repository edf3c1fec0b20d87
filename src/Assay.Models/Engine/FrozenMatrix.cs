using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>One engine matrix W' = [W | s·B], [O, K + R], with W frozen and R columns for an adapter. Rows are in engine order.</summary>
internal abstract class FrozenMatrix : IDisposable
{
    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="source">Reads biases.</param>
    protected FrozenMatrix(LinearPlan plan, int rank, WeightSource source)
    {
        (Plan, Rank) = (plan, rank);
        if (!plan.Bias)
        {
            return;
        }

        Bias = zeros(plan.Out, ScalarType.Float32).DetachFromDisposeScope();
        ForEachPart((block, first, order) =>
        {
            if (block.Module.Bias)
            {
                using var stored = source.Read(block.Module.Weights.Last());
                using var ordered = InEngineOrder(stored, order);
                using var target = Bias.narrow(0, first, block.Module.Out);
                target.copy_(ordered);
            }
        });
    }

    /// <summary>Which hub layers fill which rows.</summary>
    public LinearPlan Plan { get; }

    /// <summary>R.</summary>
    public int Rank { get; }

    /// <summary>fp32 [O], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The adapter's columns s·B, [O, R]; whoever writes them decides which adapter the matrix carries.</summary>
    public abstract Tensor Columns { get; }

    /// <summary>Bytes held.</summary>
    public abstract long Bytes { get; }

    /// <summary>y = x'·W'ᵀ, or x·Wᵀ without adapters.</summary>
    /// <param name="x">x', [N, K + R], or [N, K].</param>
    /// <param name="u">The last R columns of x' alone, [N, R], or null without adapters.</param>
    /// <param name="y">[N, O], written.</param>
    public abstract void Multiply(Tensor x, Tensor? u, Tensor y);

    /// <summary>dx' = dy·W', or dx = dy·W without adapters.</summary>
    /// <param name="dy">[N, O].</param>
    /// <param name="dx">[N, K + rank], written.</param>
    /// <param name="rank">R, or 0 without adapters.</param>
    public abstract void MultiplyBack(Tensor dy, Tensor dx, int rank);

    public virtual void Dispose() => Bias?.Dispose();

    /// <summary>Rows of a stored tensor in engine order.</summary>
    protected static Tensor InEngineOrder(Tensor stored, int[]? order)
    {
        if (order is null)
        {
            return stored.alias();
        }

        using var index = tensor(Array.ConvertAll(order, row => (long)row));
        return stored.index_select(0, index);
    }

    /// <summary>Visits the hub layers with their first engine row and, where rows move, the hub row of each.</summary>
    protected void ForEachPart(Action<RowBlock, int, int[]?> visit)
    {
        int first = 0;
        foreach (var block in Plan.Rows)
        {
            visit(block, first, block.Order.IsIdentity ? null : block.Order.HubRows(block.Module.Out));
            first += block.Module.Out;
        }
    }
}
