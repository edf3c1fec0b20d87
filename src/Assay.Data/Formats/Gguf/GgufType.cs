namespace Assay.Data.Formats.Gguf;

/// <summary>Element types of GGUF tensors that are written; the numbers are the format's.</summary>
public enum GgufType : uint
{
    /// <summary>fp32.</summary>
    F32 = 0,

    /// <summary>IEEE half.</summary>
    F16 = 1,

    /// <summary>Blocks of 32 signed bytes with one half-precision scale, 34 bytes each.</summary>
    Q8_0 = 8,

    /// <summary>Upper half of fp32.</summary>
    BF16 = 30,
}
