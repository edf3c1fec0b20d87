namespace Assay.Models.Engine.Kernels;

/// <summary>Weight of an RMS norm.</summary>
/// <param name="values">[width], fp32.</param>
/// <param name="offset">Added to each weight: 0, or 1 for weights stored as w − 1.</param>
internal readonly unsafe struct NormWeight(float* values, float offset = 0)
{
    /// <summary>[width].</summary>
    public float* Values => values;

    /// <summary>0 or 1.</summary>
    public float Offset => offset;
}
