using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Final norm, head and cross-entropy for chosen rows only, some rows at a time: logits of all tokens never exist at once.</summary>
internal sealed class HeadLoss : IDisposable
{
    private const int ChunkRows = 128;

    private readonly DecoderPlan plan;
    private readonly Norm norm;
    private readonly Tensor table;
    private readonly Tensor transposed;

    /// <param name="weights">Base.</param>
    public HeadLoss(FrozenWeights weights)
    {
        plan = weights.Plan;
        norm = new Norm(weights, plan.FinalNorm, "final", BufferArena.Shared);
        table = weights.Tensor(plan.Head.Table);
        transposed = table.t().DetachFromDisposeScope();
    }

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

        using var index = tensor(Array.ConvertAll(rows, row => (long)row));
        var chosen = pass.WorkFloats("head.h", rows.Length, plan.Hidden);
        using (var selected = h.index_select(0, index))
        {
            chosen.copy_(selected);
        }

        var x = pass.Work("head.x", rows.Length, plan.Hidden);
        norm.Forward(pass, chosen, x);
        int[] targets = [.. rows.Select(row => pass.Tokens.Targets[row])];
        for (int first = 0; first < rows.Length; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows.Length - first);
            using var part = x.narrow(0, first, count);
            var logits = Product(pass, part, count);
            RowOperators.CrossEntropy(logits, targets[first..(first + count)], factor, losses.AsSpan(first, count));
            if (dh is not null)
            {
                Uncap(pass, logits, count);

                // x of these rows is no longer needed, so their gradient takes its place.
                AotiTorch.MatMul(part, logits, table);
            }
        }

        if (dh is not null)
        {
            norm.Backward(pass, chosen, x, chosen, add: false);
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
        using var index = tensor(Array.ConvertAll(rows, row => (long)row));
        using var chosen = h.index_select(0, index);
        var x = pass.Work("head.x", rows.Length, plan.Hidden);
        norm.Forward(pass, chosen, x);
        var result = empty([rows.Length, plan.Vocab], ScalarType.Float32);
        for (int first = 0; first < rows.Length; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows.Length - first);
            using var part = x.narrow(0, first, count);
            using var target = result.narrow(0, first, count);
            target.copy_(Product(pass, part, count));
        }

        return result;
    }

    public void Dispose() => transposed.Dispose();

    /// <summary>Capped logits of a chunk.</summary>
    private Tensor Product(PackedPass pass, Tensor x, int count)
    {
        var logits = pass.Work("head.logits", count, plan.Vocab);
        AotiTorch.MatMul(logits, x, transposed);
        if (plan.Head.SoftCap is { } cap)
        {
            logits.div_(cap).tanh_();
            pass.Work("head.tanh", count, plan.Vocab).copy_(logits);
            logits.mul_(cap);
        }

        return logits;
    }

    /// <summary>Gradient of the logits before the cap: the derivative of c · tanh(l / c) is 1 − tanh².</summary>
    private void Uncap(PackedPass pass, Tensor gradient, int count)
    {
        if (plan.Head.SoftCap is not null)
        {
            var slope = pass.Work("head.tanh", count, plan.Vocab);
            slope.mul_(slope).neg_().add_(1);
            gradient.mul_(slope);
        }
    }
}
