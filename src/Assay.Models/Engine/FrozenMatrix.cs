using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>One engine matrix W' = [W | s·B], [O, K + R], with W frozen and R columns for an adapter. Rows are in engine order.</summary>
internal sealed class FrozenMatrix : IDisposable
{
    private readonly Tensor augmented;

    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="operand">fp32 or bf16.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="read">Reads a stored weight; the result is disposed here.</param>
    public FrozenMatrix(LinearPlan plan, ScalarType operand, int rank, Func<WeightPlan, Tensor> read)
    {
        (Plan, Rank) = (plan, rank);
        augmented = zeros(plan.Out, plan.In + rank, operand).DetachFromDisposeScope();
        Bias = plan.Bias ? zeros(plan.Out, ScalarType.Float32).DetachFromDisposeScope() : null;
        int first = 0;
        foreach (var block in plan.Rows)
        {
            var module = block.Module;
            using var order = block.Order.IsIdentity ? null : tensor(Array.ConvertAll(block.Order.HubRows(module.Out), row => (long)row));
            foreach (var weight in module.Weights)
            {
                using var stored = read(weight);
                using var rows = module.Transposed && weight.Shape.Count == 2 ? stored.t() : stored.alias();
                using var ordered = order is null ? rows.alias() : rows.index_select(0, order);
                if (weight.Shape.Count == 2)
                {
                    using var target = augmented.narrow(0, first, module.Out);
                    using var columns = target.narrow(1, 0, plan.In);
                    columns.copy_(ordered);
                }
                else
                {
                    using var target = Bias!.narrow(0, first, module.Out);
                    target.copy_(ordered);
                }
            }

            first += module.Out;
        }

        Columns = augmented.narrow(1, plan.In, rank).DetachFromDisposeScope();
    }

    /// <summary>Which hub layers fill which rows.</summary>
    public LinearPlan Plan { get; }

    /// <summary>R.</summary>
    public int Rank { get; }

    /// <summary>fp32 [O], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The adapter's columns s·B, [O, R]; whoever writes them decides which adapter the matrix carries.</summary>
    public Tensor Columns { get; }

    /// <summary>W' ready for a product; valid until another matrix of the same shape is asked for.</summary>
    public Tensor Augmented() => augmented;

    /// <summary>Bytes held.</summary>
    public long Bytes => (augmented.numel() * augmented.element_size()) + (4 * (Bias?.numel() ?? 0));

    public void Dispose()
    {
        Columns.Dispose();
        augmented.Dispose();
        Bias?.Dispose();
    }
}
