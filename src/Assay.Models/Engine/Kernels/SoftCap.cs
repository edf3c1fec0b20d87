using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>z = c tanh(x / c).</summary>
/// <param name="cap">c, positive.</param>
internal readonly struct SoftCap(float cap) : ICap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Create(cap) * VectorMath.Tanh(x / TLanes.Create(cap));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Slope<TLanes>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var tanh = z / TLanes.Create(cap);
        return TLanes.Create(1) - (tanh * tanh);
    }
}
