using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>A bfloat16, the upper half of an IEEE single; pointers to <see cref="ushort"/> may be cast to pointers to this.</summary>
internal readonly unsafe struct Bf16(ushort bits) : IElement<Bf16>
{
    private readonly ushort bits = bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(Bf16* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> =>
        count == Lanes.Count ? TLanes.LoadBf16((ushort*)source) : TLanes.LoadBf16Part((ushort*)source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(Bf16* target, TLanes value, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (count == Lanes.Count)
        {
            TLanes.StoreBf16((ushort*)target, value);
        }
        else
        {
            TLanes.StoreBf16Part((ushort*)target, value, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Rounded<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.RoundToBf16(value);

    public static float ToSingle(Bf16 value) => Widen(value.bits);

    public static Bf16 FromSingle(float value) => new(Round(value));

    /// <summary>Exact value of the bits.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Nearest bfloat16, ties to even; NaN gives the quiet NaN.</summary>
    public static ushort Round(float value)
    {
        uint wide = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7fc0 : (ushort)((wide + 0x7fff + ((wide >> 16) & 1)) >> 16);
    }
}
