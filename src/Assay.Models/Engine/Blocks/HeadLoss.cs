using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Final norm, head and cross-entropy for chosen rows only, some rows at a time: logits of all tokens never exist at once.</summary>
internal sealed class HeadLoss : IDisposable
{

    private readonly DecoderPlan plan;
    private readonly Norm norm;
    private readonly Tensor table;
    private readonly int chunkRows;
    private readonly Tensor transposed;

    /// <param name="weights">Base.</param>
    public HeadLoss(FrozenWeights weights)
    {
        (plan, chunkRows) = (weights.Plan, ChunkRows(weights.SavesMemory));
        norm = new Norm(weights, plan.FinalNorm, "final", BufferArena.Shared);
        table = weights.Tensor(plan.Head.Table);
        transposed = table.t().DetachFromDisposeScope();
    }

    /// <summary>Rows whose logits exist at once: products of 256 rows are a fifth faster than of 128, which take half the memory.</summary>
    public static int ChunkRows(bool savesMemory) => savesMemory ? 128 : 256;

    /// <summary>Loss of each chosen row in nats, and the gradient of their sum.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="h">Residual stream after the last block, [N, D] fp32.</param>
    /// <param name="rows">Rows that predict something, ascending.</param>
    /// <param name="factor">Factor on the gradient.</param>
    /// <param name="dh">Gradient of <paramref name="h"/>, overwritten; null where none is wanted.</param>
    /// <returns>Losses by row; each is computed alone, so their sum does not depend on the thread count.</returns>
    public double[] Losses(PackedPass pass, Tensor h, int[] rows, double factor, Tensor? dh)
    {
        double[] losses = new double[rows.Length];
        dh?.zero_();
        if (rows.Length == 0)
        {
            return losses;
        }

        var chosen = pass.WorkFloats("head.h", rows.Length, plan.Hidden);
        RowOperators.Gather(h, rows, chosen);
        var x = pass.Work("head.x", rows.Length, plan.Hidden);
        norm.Forward(pass, chosen, x);
        int[] targets = [.. rows.Select(row => pass.Tokens.Targets[row])];
        for (int first = 0; first < rows.Length; first += chunkRows)
        {
            int count = Math.Min(chunkRows, rows.Length - first);
            using var part = x.narrow(0, first, count);
            var logits = Product(pass, part, count);
            RowOperators.CrossEntropy(logits, targets.AsSpan(first, count), losses.AsSpan(first, count), dh is null ? null : factor, plan.Head.SoftCap);
            if (dh is not null)
            {
                // x of these rows is no longer needed, so their gradient takes its place.
                AotiTorch.MatMul(part, logits, table);
            }
        }

        if (dh is not null)
        {
            norm.Backward(pass, chosen, x, chosen, add: false);
            using var index = tensor(Array.ConvertAll(rows, row => (long)row));
            dh.index_copy_(0, index, chosen);
        }

        return losses;
    }

    /// <summary>Scores of some rows.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="h">[N, D] fp32.</param>
    /// <param name="rows">Which.</param>
    /// <returns>[rows, V] fp32; the caller's.</returns>
    public Tensor Logits(PackedPass pass, Tensor h, int[] rows)
    {
        var chosen = pass.WorkFloats("head.h", rows.Length, plan.Hidden);
        RowOperators.Gather(h, rows, chosen);
        var x = pass.Work("head.x", rows.Length, plan.Hidden);
        norm.Forward(pass, chosen, x);
        var result = empty([rows.Length, plan.Vocab], ScalarType.Float32);
        for (int first = 0; first < rows.Length; first += chunkRows)
        {
            int count = Math.Min(chunkRows, rows.Length - first);
            using var part = x.narrow(0, first, count);
            using var target = result.narrow(0, first, count);
            RowOperators.Convert(Product(pass, part, count), target);
        }

        return plan.Head.SoftCap is { } cap ? result.div_(cap).tanh_().mul_(cap) : result;
    }

    public void Dispose() => transposed.Dispose();

    /// <summary>Logits of a chunk, not yet capped.</summary>
    private Tensor Product(PackedPass pass, Tensor x, int count)
    {
        var logits = pass.Work("head.logits", count, plan.Vocab);
        AotiTorch.MatMul(logits, x, transposed);
        return logits;
    }
}
