using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>z = x.</summary>
internal readonly struct NoCap : ICap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Slope<TLanes>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Create(1);
}
