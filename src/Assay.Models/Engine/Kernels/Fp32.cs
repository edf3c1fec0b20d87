using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>An IEEE single; pointers to <see cref="float"/> may be cast to pointers to this.</summary>
internal readonly unsafe struct Fp32(float value) : IElement<Fp32>
{
    private readonly float value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(Fp32* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> =>
        count == Lanes.Count ? TLanes.Load((float*)source) : TLanes.LoadPart((float*)source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(Fp32* target, TLanes value, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (count == Lanes.Count)
        {
            TLanes.Store((float*)target, value);
        }
        else
        {
            TLanes.StorePart((float*)target, value, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Rounded<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes> => value;

    public static float ToSingle(Fp32 value) => value.value;

    public static Fp32 FromSingle(float value) => new(value);
}
