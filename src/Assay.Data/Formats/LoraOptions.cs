namespace Assay.Data.Formats;

/// <summary>What a new LoRA adapter is like.</summary>
public sealed record LoraOptions
{
    /// <summary>R, 1 to 4,096. Default 8.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>α; the update is scaled by α/R, or α/√R when rank-stabilised. Default 16.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Share of a layer's inputs that training drops, 0 to below 1. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Names of layers, such as <c>q_proj</c>; empty, the default, means every linear layer of the blocks.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>Names of layers that get no pair although the targets name them. Default none.</summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>Modules trained and stored whole, such as <c>lm_head</c> or <c>embed_tokens</c>. Default none.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Blocks whose layers are adapted, counted from 0; empty, the default, means all. Needs <see cref="TargetModules"/>.</summary>
    public IReadOnlyList<int> LayersToTransform { get; init; } = [];

    /// <summary>R of single layers: an expression that the end of the path must match, and its rank. The first match counts. Default none.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>α of single layers, likewise. Default none.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Scale by α/√R. Kalajdzievski 2023, arXiv:2312.03732. Default off.</summary>
    public bool RankStabilised { get; init; }

    /// <summary>Learn a magnitude for each output row beside the direction. Liu et al. 2024, arXiv:2402.09353. Default off.</summary>
    public bool Dora { get; init; }

    /// <summary>Biases that are trained too. Default none.</summary>
    public PeftBias Bias { get; init; }
}
