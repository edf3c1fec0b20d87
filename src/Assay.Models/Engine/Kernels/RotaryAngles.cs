namespace Assay.Models.Engine.Kernels;

/// <summary>Cosines and sines of positions, with any magnitude already in them.</summary>
/// <param name="cos">[positions, pairs], fp32.</param>
/// <param name="sin">[positions, pairs], fp32.</param>
/// <param name="pairs">Half the rotary width.</param>
internal readonly unsafe struct RotaryAngles(float* cos, float* sin, int pairs)
{
    /// <summary>[positions, pairs].</summary>
    public float* Cos => cos;

    /// <summary>[positions, pairs].</summary>
    public float* Sin => sin;

    /// <summary>Half the rotary width.</summary>
    public int Pairs => pairs;
}
