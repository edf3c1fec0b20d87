using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Causal attention, written out or fused.</summary>
internal static class AttentionOperators
{
    /// <param name="query">[B, H, T, d]; its tokens are the last T of the keys' S.</param>
    /// <param name="key">[B, K, S, d].</param>
    /// <param name="value">[B, K, S, dᵥ].</param>
    /// <param name="plan">Scale, window, cap and positions.</param>
    /// <param name="fused">Use libtorch's fused kernel where it knows the plan.</param>
    /// <returns>[B, H, T, dᵥ].</returns>
    public static Tensor Causal(Tensor query, Tensor key, Tensor value, AttentionPlan plan, bool fused)
    {
        long tokens = query.shape[2];
        long keys = key.shape[2];
        key = Expand(key, query.shape[1]);
        value = Expand(value, query.shape[1]);
        bool plain = plan.SoftCap is null && (plan.Window is null || plan.Window >= keys) && plan.Position is not PositionKind.Alibi && query.shape[3] == value.shape[3];
        if (fused && plain && (tokens == 1 || tokens == keys))
        {
            // The fused kernel divides by √d itself.
            double rest = plan.Scale * Math.Sqrt(query.shape[3]);
            var scaled = Math.Abs(rest - 1) < 1e-12 ? query : query * rest;
            return nn.functional.scaled_dot_product_attention(scaled, key, value, is_casual: tokens > 1);
        }

        var scores = matmul(query, key.transpose(2, 3)) * plan.Scale; // [B, H, T, S]
        if (plan.Position is PositionKind.Alibi)
        {
            // A key's index stands for its position: rows are consecutive, and softmax ignores what all keys of a query share.
            scores += tensor(AlibiSlopes((int)query.shape[1]), device: query.device).view(1, -1, 1, 1) * arange(keys, ScalarType.Float32, query.device);
        }

        if (plan.SoftCap is { } cap)
        {
            scores = (scores / cap).tanh() * cap;
        }

        if (tokens > 1)
        {
            scores += full([tokens, keys], float.NegativeInfinity, device: query.device).triu(keys - tokens + 1);
        }

        if (plan.Window is { } window && window < keys)
        {
            scores += full([tokens, keys], float.NegativeInfinity, device: query.device).tril(keys - tokens - window);
        }

        return matmul(scores.softmax(-1), value);
    }

    /// <summary>Slope of each head: 2^(−8k/p) for the p = 2^⌊log₂ heads⌋ first, the rest the 1st, 3rd, 5th … slope of the series for 2p.</summary>
    /// <remarks>Press et al. 2022, arXiv:2108.12409 §3; head counts that are no power of two as the published BLOOM code has them.</remarks>
    public static float[] AlibiSlopes(int heads)
    {
        int power = 1 << (int)Math.Log2(heads);
        return [.. Enumerable.Range(0, heads).Select(head => (float)(head < power
            ? Math.Pow(2, -8.0 * (head + 1) / power)
            : Math.Pow(2, -8.0 * ((2 * (head - power)) + 1) / (2 * power))))];
    }

    private static Tensor Expand(Tensor x, long heads)
    {
        long group = heads / x.shape[1];
        return group == 1
            ? x
            : x.unsqueeze(2).expand(x.shape[0], x.shape[1], group, x.shape[2], x.shape[3]).reshape(x.shape[0], heads, x.shape[2], x.shape[3]);
    }
}
