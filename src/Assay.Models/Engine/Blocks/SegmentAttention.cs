using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Kernels.Attention;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Causal attention inside each sequence of a bin, all sequences and heads in one parallel loop.</summary>
/// <remarks>
/// One kernel for all lengths: against libtorch's fused forward and products in the backward it takes 0.35 to 0.5 of the time up to 512 tokens
/// and the same at 4,096 (<c>docs/log.md</c>).
/// </remarks>
/// <param name="shape">Heads and how scores are made.</param>
/// <param name="block">Block index.</param>
internal sealed unsafe class SegmentAttention(AttentionShape shape, int block)
{
    private readonly float[]? slopes = shape.Alibi ? AttentionOperators.AlibiSlopes(shape.Heads) : null;

    /// <param name="pass">The call.</param>
    /// <param name="queries">[N, H·d].</param>
    /// <param name="keys">[N, K·d].</param>
    /// <param name="values">[N, K·dᵥ].</param>
    /// <param name="mixed">[N, H·dᵥ], written.</param>
    public void Forward(PackedPass pass, Tensor queries, Tensor keys, Tensor values, Tensor mixed)
    {
        if (RowOperators.IsBf16(queries))
        {
            Forward<Bf16>(pass, (queries, keys, values), mixed);
        }
        else
        {
            Forward<Fp32>(pass, (queries, keys, values), mixed);
        }
    }

    /// <param name="pass">The call.</param>
    /// <param name="forward">Queries, keys, values and mixed values of the forward call.</param>
    /// <param name="gradient">Of the mixed values.</param>
    /// <param name="results">Gradients of queries, keys and values, written.</param>
    public void Backward(PackedPass pass, (Tensor Q, Tensor K, Tensor V, Tensor Y) forward, Tensor gradient, (Tensor Q, Tensor K, Tensor V) results)
    {
        if (RowOperators.IsBf16(forward.Q))
        {
            Backward<Bf16>(pass, forward, gradient, results);
        }
        else
        {
            Backward<Fp32>(pass, forward, gradient, results);
        }
    }

    private void Forward<T>(PackedPass pass, (Tensor Q, Tensor K, Tensor V) x, Tensor mixed)
        where T : unmanaged, IElement<T>
    {
        fixed (float* slope = slopes)
        {
            PackedAttention.Forward(Heads(slope), Rows<T>(x), RowOperators.Rows<T>(mixed), Sums(pass), pass.Starts());
        }
    }

    private void Backward<T>(PackedPass pass, (Tensor Q, Tensor K, Tensor V, Tensor Y) x, Tensor gradient, (Tensor Q, Tensor K, Tensor V) results)
        where T : unmanaged, IElement<T>
    {
        fixed (float* slope = slopes)
        {
            PackedAttention.Backward(
                Heads(slope), Rows<T>((x.Q, x.K, x.V)), RowOperators.Rows<T>(x.Y), Sums(pass), RowOperators.Rows<T>(gradient), Rows<T>(results), pass.Starts());
        }
    }

    private HeadShape Heads(float* slope) => new(shape.Heads, shape.KvHeads, shape.KeyDim, shape.ValueDim, (float)shape.Scale)
    {
        Window = shape.Window ?? int.MaxValue,
        SoftCap = (float)(shape.SoftCap ?? 0),
        Slopes = slope,
    };

    private static AttentionRows<T> Rows<T>((Tensor Q, Tensor K, Tensor V) x)
        where T : unmanaged => new(RowOperators.Rows<T>(x.Q), RowOperators.Rows<T>(x.K), RowOperators.Rows<T>(x.V));

    /// <summary>Log-sum-exp of each row and head, [N, H].</summary>
    private float* Sums(PackedPass pass) => RowOperators.Pointer<float>(pass.KeptFloats("lse", block, pass.Count, shape.Heads));
}
