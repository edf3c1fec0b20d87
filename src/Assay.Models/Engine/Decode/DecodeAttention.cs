using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>An attention branch with its weights.</summary>
internal abstract record DecodeAttention(AttentionPlan Plan, DecodeLinear Output)
{
    /// <summary>What a token leaves in the cache.</summary>
    public abstract CacheShape Cache { get; }
}

/// <summary>Query heads that share key and value heads.</summary>
internal sealed record DecodeGrouped(GroupedAttention Grouped, DecodeLinear Qkv, DecodeNorm? QueryNorm, DecodeNorm? KeyNorm, DecodeLinear Output)
    : DecodeAttention(Grouped, Output)
{
    public override CacheShape Cache => new(Grouped.KvHeads, Grouped.HeadDim, Grouped.HeadDim);
}

/// <summary>Latent attention; keys and values are cached expanded, so a token costs what its heads cost.</summary>
internal sealed record DecodeLatent(
    LatentAttention Latent,
    DecodeLinear? QueryDown,
    DecodeNorm? QueryNorm,
    DecodeLinear Query,
    DecodeLinear KvDown,
    DecodeNorm KvNorm,
    DecodeLinear KvUp,
    DecodeLinear Output) : DecodeAttention(Latent, Output)
{
    public override CacheShape Cache => new(Latent.Heads, Latent.Nope + Latent.Rotary, Latent.ValueDim);
}
