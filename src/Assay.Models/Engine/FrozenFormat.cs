namespace Assay.Models.Engine;

/// <summary>How the packed path keeps a frozen base, and in which type its products run.</summary>
public enum FrozenFormat
{
    /// <summary>fp32 weights and products: as exact as the reference path.</summary>
    Fp32,

    /// <summary>bf16 weights and products, fp32 sums: what trains.</summary>
    Bf16,

    /// <summary>8-bit linear layers, multiplied with activations and gradients rounded to 8 bits row by row: faster than bf16, about 1 % off per product.</summary>
    Int8,

    /// <summary>4-bit NF4 linear layers, expanded to bf16 for each product.</summary>
    Nf4,

    /// <summary>4-bit NF4 linear layers, expanded to fp32 for each product: to compare with references.</summary>
    Nf4Fp32,
}
