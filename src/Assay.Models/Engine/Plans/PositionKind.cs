namespace Assay.Models.Engine.Plans;

/// <summary>How an attention branch knows positions.</summary>
public enum PositionKind
{
    /// <summary>Not by itself; embeddings may carry learned positions.</summary>
    None,

    /// <summary>Rotation of queries and keys.</summary>
    Rope,

    /// <summary>Slope times key position added to the scores (Press et al. 2022, arXiv:2108.12409).</summary>
    Alibi,
}
