namespace Assay.Models.Engine.Decode;

/// <summary>A decoder block with its weights; the fields follow <see cref="Plans.BlockPlan"/>.</summary>
internal sealed record DecodeBlock(
    bool Parallel,
    DecodeNorm Pre1,
    DecodeNorm? Post1,
    DecodeNorm? Pre2,
    DecodeNorm? Post2,
    DecodeAttention Attention,
    DecodeMlp Mlp);
