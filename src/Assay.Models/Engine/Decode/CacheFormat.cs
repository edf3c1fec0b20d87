namespace Assay.Models.Engine.Decode;

/// <summary>How keys and values are cached.</summary>
public enum CacheFormat
{
    /// <summary>2 bytes a number.</summary>
    Bf16,

    /// <summary>4 bytes a number; what conformance uses.</summary>
    Fp32,
}
