using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

/// <summary>One AVX-512 register (F, BW, DQ and VL).</summary>
internal readonly unsafe partial struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<float> value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes512(Vector512<float> value) => this.value = value;

    /// <summary>Whether this processor and runtime setting have it.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.IsSupported && Lanes256.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Ramp() => new(Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadPart(float* source, int count) => new(Avx512F.MaskLoad(source, First(count), Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Lanes512 value) => value.value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(float* target, Lanes512 value, int count) => Avx512F.MaskStore(target, First(count), value.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBf16(ushort* source) => Widen(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBf16Part(ushort* source, int count) =>
        Widen(Avx512BW.VL.MaskLoad(source, FirstHalves(count), Vector256<ushort>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBf16(ushort* target, Lanes512 value) =>
        Avx512F.ConvertToVector256UInt16(Bf16Bits(value.value)).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBf16Part(ushort* target, Lanes512 value, int count) =>
        Avx512BW.VL.MaskStore(target, FirstHalves(count), Avx512F.ConvertToVector256UInt16(Bf16Bits(value.value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadInt32(int* source, int count) => new(Avx512F.ConvertToVector512Single(
        count == Lanes.Count ? Vector512.Load(source) : Avx512F.MaskLoad(source, First(count).AsInt32(), Vector512<int>.Zero)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(sbyte* target, Lanes512 value, int count)
    {
        var codes = Avx512F.ConvertToVector128SByte(Avx512F.ConvertToVector512Int32(value.value));
        if (count == Lanes.Count)
        {
            codes.Store(target);
            return;
        }

        for (int lane = 0; lane < count; lane++)
        {
            target[lane] = codes[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 left, Lanes512 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 left, Lanes512 right) => new(left.value * right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 left, Lanes512 right) => new(left.value / right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 left, Lanes512 right) => new(Avx512F.Max(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 left, Lanes512 right) => new(Avx512F.Min(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 value) => new(Avx512F.Sqrt(value.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Round(Lanes512 value) => new(Avx512F.RoundScale(value.value, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Lanes512 n) =>
        new(Vector512.ShiftLeft(Avx512F.ConvertToVector512Int32(n.value) + Vector512.Create(127), 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SelectLess(Lanes512 left, Lanes512 right, Lanes512 whenLess, Lanes512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(left.value, right.value), whenLess.value, otherwise.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 KeepFirst(Lanes512 value, int count, float rest) =>
        new(Vector512.ConditionalSelect(First(count), value.value, Vector512.Create(rest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RoundToBf16(Lanes512 value) => new(Vector512.ShiftLeft(Bf16Bits(value.value), 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 value) => Lanes256.SumOfEight(value.value.GetLower() + value.value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes512 value) => Lanes256.LargestOfEight(Avx.Max(value.value.GetLower(), value.value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumOfSquares(Lanes512 value) => Lanes256.SumOfSquares(value.value.GetLower(), value.value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Lookup(float* table, ulong codes)
    {
        var bytes = Vector128.CreateScalar(codes).AsByte();
        var nibbles = Sse2.UnpackLow(Vector128.ShiftRightLogical(bytes, 4), bytes & Vector128.Create((byte)15));
        return new(Avx512F.PermuteVar16x32(Vector512.Load(table), Avx512F.ConvertToVector512Int32(nibbles)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 DropoutMask(ulong key, ulong index, ulong threshold, float kept)
    {
        var lower = Keep(key, index, threshold);
        var upper = Keep(key, index + 8, threshold);
        return new(Vector512.Create(lower, upper).AsSingle() & Vector512.Create(kept));
    }

    // SplitMix64 as CounterRandom.Bits, eight indexes at a time; all ones where the number is kept.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Keep(ulong key, ulong index, ulong threshold)
    {
        var counters = Vector512.Create(index + 1) + Vector512.Create(0UL, 1, 2, 3, 4, 5, 6, 7);
        var z = Vector512.Create(key) + (counters * Vector512.Create(0x9E3779B97F4A7C15));
        z = (z ^ Vector512.ShiftRightLogical(z, 30)) * Vector512.Create(0xBF58476D1CE4E5B9);
        z = (z ^ Vector512.ShiftRightLogical(z, 27)) * Vector512.Create(0x94D049BB133111EB);
        z ^= Vector512.ShiftRightLogical(z, 31);
        var kept = Vector512.GreaterThanOrEqual(Vector512.ShiftRightLogical(z, 11), Vector512.Create(threshold));
        return Avx512F.ConvertToVector256Int32(kept.AsInt64());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 Widen(Vector256<ushort> bits) => new(Vector512.ShiftLeft(Avx512F.ConvertToVector512Int32(bits), 16).AsSingle());

    // Nearest even on the upper half; adding could carry a NaN's payload into the sign, so NaN is replaced.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Bf16Bits(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = Vector512.ShiftRightLogical(bits + Vector512.Create(0x7fffu) + (Vector512.ShiftRightLogical(bits, 16) & Vector512.Create(1u)), 16);
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), rounded, Vector512.Create(0x7fc0u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) =>
        Vector512.LessThan(Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> FirstHalves(int count) =>
        Vector256.LessThan(Vector256.Create((ushort)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector256.Create((ushort)count));
}
