using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Causal attention, written out or fused.</summary>
internal static class AttentionOperators
{
    /// <param name="query">[B, H, T, d]; its tokens are the last T of the keys' S.</param>
    /// <param name="key">[B, K, S, d].</param>
    /// <param name="value">[B, K, S, d].</param>
    /// <param name="scale">Factor on query · key.</param>
    /// <param name="fused">Use libtorch's fused kernel.</param>
    /// <returns>[B, H, T, d].</returns>
    public static Tensor Causal(Tensor query, Tensor key, Tensor value, double scale, bool fused)
    {
        long tokens = query.shape[2];
        long keys = key.shape[2];
        key = Expand(key, query.shape[1]);
        value = Expand(value, query.shape[1]);
        if (fused && (tokens == 1 || tokens == keys))
        {
            // The fused kernel divides by √d itself; the remaining factor is 1 for every plan known today.
            double rest = scale * Math.Sqrt(query.shape[3]);
            var scaled = Math.Abs(rest - 1) < 1e-12 ? query : query * rest;
            return nn.functional.scaled_dot_product_attention(scaled, key, value, is_casual: tokens > 1);
        }

        var scores = matmul(query, key.transpose(2, 3)) * scale; // [B, H, T, S]
        if (tokens > 1)
        {
            scores += full([tokens, keys], float.NegativeInfinity).triu(keys - tokens + 1);
        }

        return matmul(scores.softmax(-1), value);
    }

    private static Tensor Expand(Tensor x, long heads)
    {
        long group = heads / x.shape[1];
        return group == 1
            ? x
            : x.unsqueeze(2).expand(x.shape[0], x.shape[1], group, x.shape[2], x.shape[3]).reshape(x.shape[0], heads, x.shape[2], x.shape[3]);
    }
}
