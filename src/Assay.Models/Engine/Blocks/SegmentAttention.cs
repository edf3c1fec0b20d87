using Assay.Models.Engine.Native;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Causal attention inside each sequence of a bin: fused where libtorch's kernel computes the plan, else as explicit products.</summary>
/// <param name="shape">Heads and how scores are made.</param>
/// <param name="block">Block index.</param>
internal sealed class SegmentAttention(AttentionShape shape, int block)
{
    /// <summary>Longest sequence whose backward call is explicit: libtorch's fused one is up to three times slower on short ones in bf16.</summary>
    private const int LongestExplicit = 512;

    private readonly ExplicitAttention products = new(shape, shape.Alibi ? AttentionOperators.AlibiSlopes(shape.Heads) : null);

    /// <param name="pass">The call.</param>
    /// <param name="queries">[N, H·d].</param>
    /// <param name="keys">[N, K·d].</param>
    /// <param name="values">[N, K·dᵥ].</param>
    /// <param name="mixed">[N, H·dᵥ], written.</param>
    public void Forward(PackedPass pass, Tensor queries, Tensor keys, Tensor values, Tensor mixed)
    {
        foreach (var (first, length) in pass.Segments())
        {
            using var q = queries.narrow(0, first, length);
            using var k = keys.narrow(0, first, length);
            using var v = values.narrow(0, first, length);
            using var y = mixed.narrow(0, first, length);
            if (shape.IsPlain(length))
            {
                Fused(pass, first, (q, k, v), y);
            }
            else
            {
                products.Forward(pass, (q, k, v), y);
            }
        }
    }

    /// <param name="pass">The call.</param>
    /// <param name="forward">Queries, keys, values and mixed values of the forward call.</param>
    /// <param name="gradient">Of the mixed values.</param>
    /// <param name="results">Gradients of queries, keys and values, written.</param>
    public void Backward(PackedPass pass, (Tensor Q, Tensor K, Tensor V, Tensor Y) forward, Tensor gradient, (Tensor Q, Tensor K, Tensor V) results)
    {
        foreach (var (first, length) in pass.Segments())
        {
            using var q = forward.Q.narrow(0, first, length);
            using var k = forward.K.narrow(0, first, length);
            using var v = forward.V.narrow(0, first, length);
            using var y = forward.Y.narrow(0, first, length);
            using var dy = gradient.narrow(0, first, length);
            using var dq = results.Q.narrow(0, first, length);
            using var dk = results.K.narrow(0, first, length);
            using var dv = results.V.narrow(0, first, length);
            if (shape.IsPlain(length) && length > LongestExplicit)
            {
                FusedBackward(pass, first, (q, k, v, y), dy, (dq, dk, dv));
            }
            else
            {
                products.Backward(pass, (q, k, v), dy, (dq, dk, dv));
            }
        }
    }

    private void Fused(PackedPass pass, int first, (Tensor Q, Tensor K, Tensor V) x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var (mixed, sums) = AotiTorch.Flash(Heads(x.Q, shape.Heads, 1), Heads(x.K, shape.KvHeads, shape.Group), Heads(x.V, shape.KvHeads, shape.Group), shape.Scale);
        Heads(y, shape.Heads, 1).copy_(mixed);
        if (pass.Keep && y.shape[0] > LongestExplicit)
        {
            Sums(pass, first, y.shape[0]).copy_(sums);
        }
    }

    private void FusedBackward(PackedPass pass, int first, (Tensor Q, Tensor K, Tensor V, Tensor Y) x, Tensor dy, (Tensor Q, Tensor K, Tensor V) results)
    {
        using var scope = NewDisposeScope();
        var (dq, dk, dv) = AotiTorch.FlashBackward(
            Heads(dy, shape.Heads, 1),
            Heads(x.Q, shape.Heads, 1),
            Heads(x.K, shape.KvHeads, shape.Group),
            Heads(x.V, shape.KvHeads, shape.Group),
            Heads(x.Y, shape.Heads, 1),
            Sums(pass, first, dy.shape[0]),
            shape.Scale);
        Heads(results.Q, shape.Heads, 1).copy_(dq);
        Heads(results.K, shape.KvHeads, 1).copy_(Grouped(dk));
        Heads(results.V, shape.KvHeads, 1).copy_(Grouped(dv));
    }

    /// <summary>Rows [n, heads·d] as [1, heads × copies, n, d].</summary>
    private static Tensor Heads(Tensor rows, int heads, int copies)
    {
        long n = rows.shape[0];
        var split = rows.view(1, n, heads, -1).transpose(1, 2); // [1, heads, n, d]
        return copies == 1
            ? split
            : split.unsqueeze(2).expand(1, heads, copies, n, split.shape[3]).reshape(1, heads * copies, n, split.shape[3]);
    }

    /// <summary>Sums the gradients of a key head over the query heads that read it.</summary>
    private Tensor Grouped(Tensor gradient) =>
        shape.Group == 1 ? gradient : gradient.view(1, shape.KvHeads, shape.Group, gradient.shape[2], gradient.shape[3]).sum(2);

    /// <summary>Log-sum-exp of a sequence's rows, [1, H, n].</summary>
    private Tensor Sums(PackedPass pass, int first, long length) =>
        pass.KeptFloats("lse", block, pass.Count, shape.Heads).view(-1).narrow(0, first * shape.Heads, length * shape.Heads).view(1, shape.Heads, length);
}
