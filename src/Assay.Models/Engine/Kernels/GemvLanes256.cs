using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

internal readonly unsafe partial struct Lanes256 : IGemvLanes<Lanes256>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBf16Pair(ushort* source, out Lanes256 even, out Lanes256 odd)
    {
        var low = Vector256.Load((uint*)source);
        var high = Vector256.Load((uint*)source + 8);
        var mask = Vector256.Create(0xFFFF0000u);
        even = new(Vector256.ShiftLeft(low, 16).AsSingle(), Vector256.ShiftLeft(high, 16).AsSingle());
        odd = new((low & mask).AsSingle(), (high & mask).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadInt8(sbyte* source) => new(
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source)),
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNf4Pair(byte* source, out Lanes256 even, out Lanes256 odd)
    {
        var low = Avx2.ConvertToVector256Int32(source);
        var high = Avx2.ConvertToVector256Int32(source + 8);
        even = new(Level(Vector256.ShiftRightLogical(low, 4)), Level(Vector256.ShiftRightLogical(high, 4)));
        odd = new(Level(low), Level(high));
    }

    /// <summary>Looks bits 0 to 2 up in both halves of the table and lets bit 3 choose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Level(Vector256<int> codes)
    {
        ref float levels = ref MemoryMarshal.GetReference(Nf4Levels.Values);
        var first = Avx2.PermuteVar8x32(Vector256.LoadUnsafe(ref levels), codes);
        var second = Avx2.PermuteVar8x32(Vector256.LoadUnsafe(ref levels, 8), codes);
        return Avx.BlendVariable(first, second, Vector256.ShiftLeft(codes, 28).AsSingle());
    }
}
