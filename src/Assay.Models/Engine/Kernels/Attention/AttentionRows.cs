namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Queries, keys and values of packed tokens, or their gradients. The three may lie in one matrix.</summary>
/// <param name="query">Row t starts with query head 0 of token t; heads follow each other.</param>
/// <param name="key">Row t starts with key head 0.</param>
/// <param name="value">Row t starts with value head 0.</param>
internal readonly struct AttentionRows<T>(Rows<T> query, Rows<T> key, Rows<T> value)
    where T : unmanaged
{
    /// <summary>[tokens, H · key width].</summary>
    public Rows<T> Query => query;

    /// <summary>[tokens, kv heads · key width].</summary>
    public Rows<T> Key => key;

    /// <summary>[tokens, kv heads · value width].</summary>
    public Rows<T> Value => value;

    /// <summary>The three parts of one matrix [tokens, q heads | k heads | v heads].</summary>
    public static unsafe AttentionRows<T> Fused(Rows<T> qkv, in HeadShape shape)
    {
        T* keys = qkv.First + ((long)shape.Heads * shape.KeyWidth);
        return new(qkv, new Rows<T>(keys, qkv.Stride), new Rows<T>(keys + ((long)shape.KvHeads * shape.KeyWidth), qkv.Stride));
    }
}
