using Assay.Models.Adapters;
using Assay.Models.Generation;
using TorchSharp;

namespace Assay.Models.Reference;

/// <summary>What a forward call does besides the base model's arithmetic.</summary>
public sealed record ForwardOptions
{
    /// <summary>The base model alone.</summary>
    public static ForwardOptions Default { get; } = new();

    /// <summary>Adapter added to the frozen linear layers, or none.</summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>Training step for the adapter's dropout; null turns dropout off.</summary>
    public long? DropoutStep { get; init; }

    /// <summary>Keys and values of earlier positions; the call's tokens are appended.</summary>
    public KvCache? Cache { get; init; }

    /// <summary>Attention by libtorch's fused kernel instead of written-out operators: faster, differs by rounding only.</summary>
    public bool FusedAttention { get; init; }

    /// <summary>Positions of the tokens, int64 [B, T]; null counts from 0, or from the cache's end.</summary>
    public torch.Tensor? Positions { get; init; }

    /// <summary>Added to the embeddings, [B, T, D]; training only.</summary>
    public torch.Tensor? EmbeddingNoise { get; init; }

    /// <summary>Called with 0 and the embeddings, k and the output of block k, the last index with the output of the final norm in place of the last block's. Each [B, T, D].</summary>
    public Action<int, torch.Tensor>? Trace { get; init; }
}
