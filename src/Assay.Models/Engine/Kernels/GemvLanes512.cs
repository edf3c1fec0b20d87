using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

internal readonly unsafe partial struct Lanes512 : IGemvLanes<Lanes512>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBf16Pair(ushort* source, out Lanes512 even, out Lanes512 odd)
    {
        // A bf16 is the upper half of a float: shifting or masking a pair gives both without unpacking.
        var pairs = Vector512.Load((uint*)source);
        even = new(Vector512.ShiftLeft(pairs, 16).AsSingle());
        odd = new((pairs & Vector512.Create(0xFFFF0000u)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadInt8(sbyte* source) =>
        new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(source))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNf4Pair(byte* source, out Lanes512 even, out Lanes512 odd)
    {
        // The permutation reads only the low four bits of each index.
        var codes = Avx512F.ConvertToVector512Int32(Vector128.Load(source));
        var levels = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(Nf4Levels.Values));
        even = new(Avx512F.PermuteVar16x32(levels, Vector512.ShiftRightLogical(codes, 4)));
        odd = new(Avx512F.PermuteVar16x32(levels, codes));
    }
}
