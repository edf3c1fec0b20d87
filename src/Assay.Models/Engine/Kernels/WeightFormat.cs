namespace Assay.Models.Engine.Kernels;

/// <summary>How a matrix's weights are held while generating.</summary>
public enum WeightFormat
{
    /// <summary>4 bytes a weight.</summary>
    Fp32,

    /// <summary>2 bytes a weight, the upper half of an fp32.</summary>
    Bf16,

    /// <summary>1 byte a weight and one fp32 scale a row: weight = scale · byte, byte in −127 … 127.</summary>
    Int8,

    /// <summary>Half a byte a weight and one fp32 scale per 64 weights of a row: weight = scale · level[code] (Dettmers et al. 2023, arXiv:2305.14314).</summary>
    Nf4,
}
