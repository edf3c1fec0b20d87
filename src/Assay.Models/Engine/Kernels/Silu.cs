using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>x σ(x).</summary>
internal readonly struct Silu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x * VectorMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLanes Value, TLanes Slope) ValueAndSlope<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var sigmoid = VectorMath.Sigmoid(x);
        var value = x * sigmoid;
        return (value, TLanes.MultiplyAdd(value, TLanes.Create(1) - sigmoid, sigmoid));
    }
}
