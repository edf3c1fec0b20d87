namespace Assay.Models.Engine.Kernels;

/// <summary>Vector instructions a kernel variant is compiled to.</summary>
internal enum InstructionSet
{
    /// <summary>Plain instructions.</summary>
    Scalar,

    /// <summary>256-bit vectors with FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors with masks.</summary>
    Avx512,
}
