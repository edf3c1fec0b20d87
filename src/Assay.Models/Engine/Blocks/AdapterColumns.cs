using Assay.Models.Adapters;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>One adapter's place in an engine matrix: its own rows, its own columns.</summary>
internal sealed unsafe class AdapterColumns : IDisposable
{
    private readonly int row;
    private readonly int rows;
    private readonly int[] sources;
    private readonly Tensor? hubRows;
    private readonly Tensor bGradient;
    private Tensor? aGradient;

    /// <param name="pair">Masters, in hub row order.</param>
    /// <param name="part">The hub layer's rows.</param>
    /// <param name="row">First engine row.</param>
    /// <param name="column">First adapter column.</param>
    public AdapterColumns(LoraPair pair, RowBlock part, int row, int column)
    {
        (Pair, Column, this.row, rows) = (pair, column, row, part.Module.Out);
        sources = part.Order.IsIdentity ? [.. Enumerable.Range(0, rows)] : part.Order.HubRows(rows);
        hubRows = part.Order.IsIdentity ? null : tensor(Array.ConvertAll(sources, index => (long)index)).DetachFromDisposeScope();
        bGradient = zeros(pair.B.shape, ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Masters.</summary>
    public LoraPair Pair { get; }

    /// <summary>First adapter column.</summary>
    public int Column { get; }

    /// <summary>A and B with their gradients.</summary>
    public IEnumerable<EngineParameter> Parameters =>
    [
        new($"{Pair.Module}.lora_A.weight", Pair.A, aGradient!),
        new($"{Pair.Module}.lora_B.weight", Pair.B, bGradient),
    ];

    /// <summary>Gives A's gradient its rows of the matrix's buffer.</summary>
    public void Attach(Tensor gradients, Func<Tensor, Tensor> part) => aGradient = part(gradients).DetachFromDisposeScope();

    /// <summary>Writes s·B and A as product operands.</summary>
    /// <param name="columns">[O, R] of the matrix.</param>
    /// <param name="a">[R, K + R].</param>
    public void WriteTo(Tensor columns, Tensor a)
    {
        using var mine = columns.narrow(0, row, rows);
        using var target = mine.narrow(1, Column, Pair.Rank);
        RowOperators.Gather(Pair.B, sources, target, Pair.Scale);
        using var aRows = a.narrow(0, Column, Pair.Rank);
        RowOperators.Convert(Pair.A, aRows);
    }

    /// <summary>Adds this adapter's part of dyᵀ·u.</summary>
    /// <param name="products">[O, R], engine rows.</param>
    public void AddGradient(Tensor products)
    {
        using var mine = products.narrow(0, row, rows);
        using var part = mine.narrow(1, Column, Pair.Rank);
        if (hubRows is null)
        {
            bGradient.add_(part, alpha: Pair.Scale);
        }
        else
        {
            // A permutation: each hub row receives one engine row, so the order of the additions does not matter.
            using var floats = part.to(ScalarType.Float32);
            bGradient.index_add_(0, hubRows, floats, Pair.Scale);
        }
    }

    /// <summary>u = (x ⊙ mask)·Aᵀ, this adapter's columns of it.</summary>
    /// <param name="pass">A training call.</param>
    /// <param name="x">[N, ≥ K].</param>
    /// <param name="a">[R, K + R], product operand.</param>
    /// <param name="u">[N, R], written in this adapter's columns.</param>
    public void ProjectDropped(PackedPass pass, Tensor x, Tensor a, Tensor u)
    {
        using var own = OwnA(a);
        using var transposed = own.t();
        var part = pass.Work("dropout.u", pass.Count, Pair.Rank);
        AotiTorch.MatMul(part, Dropped(pass, x, (int)own.shape[1]), transposed);
        using var target = u.narrow(1, Column, Pair.Rank);
        target.copy_(part);
    }

    /// <summary>dx += mask ⊙ (du·A).</summary>
    /// <param name="pass">A training call.</param>
    /// <param name="du">[N, R].</param>
    /// <param name="a">[R, K + R], product operand.</param>
    /// <param name="dx">[N, ≥ K].</param>
    public void AddDroppedInput(PackedPass pass, Tensor du, Tensor a, Tensor dx)
    {
        using var own = OwnA(a);
        using var mine = du.narrow(1, Column, Pair.Rank);
        int width = (int)own.shape[1];
        var product = pass.Work("dropout.x", pass.Count, width);
        AotiTorch.MatMul(product, mine, own);
        Drop(pass, product, dx, width, accumulate: true);
    }

    /// <summary>dA += duᵀ·(x ⊙ mask).</summary>
    /// <param name="pass">A training call.</param>
    /// <param name="du">[N, R].</param>
    /// <param name="x">[N, ≥ K], as in the forward call.</param>
    public void AddDroppedGradient(PackedPass pass, Tensor du, Tensor x)
    {
        using var mine = du.narrow(1, Column, Pair.Rank);
        using var transposed = mine.t();
        int width = (int)Pair.A.shape[1];
        var da = pass.Work("dropout.dA", Pair.Rank, width);
        AotiTorch.MatMul(da, transposed, Dropped(pass, x, width));
        aGradient!.add_(da);
    }

    public void Dispose()
    {
        hubRows?.Dispose();
        bGradient.Dispose();
        aGradient?.Dispose();
    }

    private Tensor OwnA(Tensor a)
    {
        using var rows = a.narrow(0, Column, Pair.Rank);
        return rows.narrow(1, 0, Pair.A.shape[1]);
    }

    private Tensor Dropped(PackedPass pass, Tensor x, int width)
    {
        var dropped = pass.Work("dropout.x", pass.Count, width);
        Drop(pass, x, dropped, width, accumulate: false);
        return dropped;
    }

    /// <summary>The mask of a call is a function of step, layer, row and column, so the backward call makes it again instead of keeping it.</summary>
    private void Drop(PackedPass pass, Tensor x, Tensor y, int width, bool accumulate)
    {
        var random = Pair.Dropout!.Random(Pair.Module, pass.DropoutStep!.Value);
        var size = new RowSize(pass.Count, width);
        if (RowOperators.IsBf16(x))
        {
            Dropout.Apply(RowOperators.Rows<Bf16>(x), RowOperators.Rows<Bf16>(y), random, Pair.Dropout.Rate, null, size, accumulate);
        }
        else
        {
            Dropout.Apply(RowOperators.Rows<Fp32>(x), RowOperators.Rows<Fp32>(y), random, Pair.Dropout.Rate, null, size, accumulate);
        }
    }
}
