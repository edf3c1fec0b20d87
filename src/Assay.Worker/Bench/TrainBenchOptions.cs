using Assay.Models.Engine;
using static TorchSharp.torch;

namespace Assay.Worker.Bench;

/// <summary>What a training benchmark measures.</summary>
/// <param name="Shape">Model shape.</param>
/// <param name="Lengths">Sequences in file order.</param>
/// <param name="Format">Type of the frozen base on the packed path.</param>
/// <param name="Rank">LoRA rank; α is twice that.</param>
/// <param name="BinTokens">Tokens of a bin.</param>
/// <param name="Rounds">Passes over the sequences that are timed, 1 or more.</param>
internal sealed record TrainBenchOptions(BenchShape Shape, IReadOnlyList<BenchLength> Lengths, FrozenFormat Format, int Rank, int BinTokens, int Rounds)
{
    /// <summary>Sequences of an optimiser step.</summary>
    public const int BatchSize = 4;

    /// <summary>Constant learning rate.</summary>
    public const double LearningRate = 1e-4;

    /// <summary>Gradients are scaled down to this norm.</summary>
    public const double ClipNorm = 1;

    /// <summary>Type of the products.</summary>
    public ScalarType Dtype => Format is FrozenFormat.Fp32 or FrozenFormat.Nf4Fp32 ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>Whether the base is quantised.</summary>
    public bool Quantised => Quantization != "none";

    /// <summary>How the base is quantised: none, nf4 or int8.</summary>
    public string Quantization => Format switch
    {
        FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32 => "nf4",
        FrozenFormat.Int8 => "int8",
        _ => "none",
    };
}
