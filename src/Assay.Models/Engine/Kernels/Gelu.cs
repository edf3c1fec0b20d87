using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>x Φ(x), Φ the normal distribution.</summary>
/// <remarks>Hendrycks and Gimpel 2016, arXiv:1606.08415.</remarks>
internal readonly struct Gelu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x * VectorMath.Normal(x).Distribution;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLanes Value, TLanes Slope) ValueAndSlope<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var (distribution, density) = VectorMath.Normal(x);
        return (x * distribution, TLanes.MultiplyAdd(x, density, distribution));
    }
}
