using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>
/// Causal attention of one sequence as batched products over key-value heads: P = softmax(scale·Q·Kᵀ + mask), Y = P·V.
/// Backward: dV = Pᵀ·dY, dS = P ⊙ (dY·Vᵀ − Σ P ⊙ dY·Vᵀ)·scale, dQ = dS·K, dK = dSᵀ·Q.
/// </summary>
/// <remarks>The query heads of a group are stacked as rows, so keys and values are neither repeated nor are their gradients summed afterwards.</remarks>
/// <param name="shape">Heads and how scores are made.</param>
/// <param name="slopes">ALiBi slope of each head, or null.</param>
internal sealed class ExplicitAttention(AttentionShape shape, float[]? slopes)
{
    /// <param name="pass">The call.</param>
    /// <param name="x">Queries [n, H·d], keys [n, K·d], values [n, K·dᵥ].</param>
    /// <param name="y">[n, H·dᵥ], written.</param>
    public void Forward(PackedPass pass, (Tensor Q, Tensor K, Tensor V) x, Tensor y)
    {
        using var scope = NewDisposeScope();
        int n = (int)y.shape[0];
        var (_, _, v, p, _) = Probabilities(pass, x, n);
        var mixed = Batch(pass, "att.y", shape.Group * n, shape.ValueDim);
        AotiTorch.BatchMatMul(mixed, p, v);
        ToRows(mixed, y, shape.Group, shape.ValueDim);
    }

    /// <param name="pass">The call.</param>
    /// <param name="x">As in the forward call.</param>
    /// <param name="dy">[n, H·dᵥ].</param>
    /// <param name="results">Gradients of queries, keys and values, written.</param>
    public void Backward(PackedPass pass, (Tensor Q, Tensor K, Tensor V) x, Tensor dy, (Tensor Q, Tensor K, Tensor V) results)
    {
        using var scope = NewDisposeScope();
        int n = (int)dy.shape[0];
        var (q, k, v, p, tanh) = Probabilities(pass, x, n);
        var dMixed = Batch(pass, "att.y", shape.Group * n, shape.ValueDim);
        FromRows(dy, dMixed, shape.Group, shape.ValueDim);

        var dv = Batch(pass, "att.dv", n, shape.ValueDim);
        AotiTorch.BatchMatMul(dv, p.transpose(1, 2), dMixed);
        ToRows(dv, results.V, 1, shape.ValueDim);

        var ds = Batch(pass, "att.ds", shape.Group * n, n);
        AotiTorch.BatchMatMul(ds, dMixed, v.transpose(1, 2));
        var flat = ds.view(-1, n);
        RowOperators.SoftmaxBackward(p.view(-1, n), flat, shape.SoftCap is null ? shape.Scale : 1);
        if (tanh is not null)
        {
            // Scores were c · tanh(scale · q·k / c).
            flat.mul_(tanh.mul_(tanh).neg_().add_(1)).mul_(shape.Scale);
        }

        var dq = Batch(pass, "att.dq", shape.Group * n, shape.KeyDim);
        AotiTorch.BatchMatMul(dq, ds, k);
        ToRows(dq, results.Q, shape.Group, shape.KeyDim);
        var dk = Batch(pass, "att.dk", n, shape.KeyDim);
        AotiTorch.BatchMatMul(dk, ds.transpose(1, 2), q);
        ToRows(dk, results.K, 1, shape.KeyDim);
    }

    private (Tensor Q, Tensor K, Tensor V, Tensor P, Tensor? Tanh) Probabilities(PackedPass pass, (Tensor Q, Tensor K, Tensor V) x, int n)
    {
        var q = Batch(pass, "att.q", shape.Group * n, shape.KeyDim);
        var k = Batch(pass, "att.k", n, shape.KeyDim);
        var v = Batch(pass, "att.v", n, shape.ValueDim);
        FromRows(x.Q, q, shape.Group, shape.KeyDim);
        FromRows(x.K, k, 1, shape.KeyDim);
        FromRows(x.V, v, 1, shape.ValueDim);
        var p = Batch(pass, "att.p", shape.Group * n, n);
        AotiTorch.BatchMatMul(p, q, k.transpose(1, 2));
        var scores = p.view(-1, n);
        Tensor? tanh = null;
        if (shape.SoftCap is { } cap)
        {
            // The cap's derivative needs the tanh, which the softmax is about to replace.
            tanh = Batch(pass, "att.tanh", shape.Group * n, n).view(-1, n);
            tanh.copy_(scores.mul_(shape.Scale / cap).tanh_());
            scores.mul_(cap);
        }

        RowOperators.Softmax(scores, shape.SoftCap is null ? shape.Scale : 1, shape.Window, slopes);
        return (q, k, v, p, tanh);
    }

    /// <summary>[K, rows, width], contiguous.</summary>
    private Tensor Batch(PackedPass pass, string role, int rows, int width) =>
        pass.Work(role, (long)shape.KvHeads * rows, width).view(shape.KvHeads, rows, width);

    /// <summary>Token rows [n, K·group·width] to [K, group·n, width].</summary>
    private void FromRows(Tensor rows, Tensor batch, int group, int width)
    {
        long n = rows.shape[0];
        batch.view(shape.KvHeads, group, n, width).copy_(rows.view(n, shape.KvHeads, group, width).permute(1, 2, 0, 3));
    }

    private void ToRows(Tensor batch, Tensor rows, int group, int width)
    {
        long n = rows.shape[0];
        rows.view(n, shape.KvHeads, group, width).copy_(batch.view(shape.KvHeads, group, n, width).permute(2, 0, 1, 3));
    }
}
