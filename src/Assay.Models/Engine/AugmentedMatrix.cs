using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A matrix whose products run on W' as one tensor.</summary>
internal abstract class AugmentedMatrix : FrozenMatrix
{
    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="source">Reads biases.</param>
    protected AugmentedMatrix(LinearPlan plan, int rank, WeightSource source)
        : base(plan, rank, source)
    {
    }

    /// <summary>W' ready for a product, [O, K + R]; valid until another matrix is asked for.</summary>
    public abstract Tensor Augmented();

    /// <inheritdoc/>
    public override void Multiply(Tensor x, Tensor? u, Tensor y)
    {
        using var w = Part(u is null ? 0 : Rank);
        using var transposed = w.t();
        AotiTorch.MatMul(y, x, transposed);
    }

    /// <inheritdoc/>
    public override void MultiplyBack(Tensor dy, Tensor dx, int rank)
    {
        using var w = Part(rank);
        AotiTorch.MatMul(dx, dy, w);
    }

    // The whole tensor where its columns are in use: products take that without a copy.
    private Tensor Part(int rank) => rank == Rank ? Augmented().alias() : Augmented().narrow(1, 0, Plan.In);
}
