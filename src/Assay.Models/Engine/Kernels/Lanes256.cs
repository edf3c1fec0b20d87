using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Kernels;

/// <summary>Two AVX2 registers (with FMA), lanes 0..7 and 8..15.</summary>
internal readonly unsafe partial struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<float> lower;
    private readonly Vector256<float> upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes256(Vector256<float> lower, Vector256<float> upper) => (this.lower, this.upper) = (lower, upper);

    /// <summary>Whether this processor and runtime setting have it.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Create(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Ramp() => new(Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7), Vector256.Create(8f, 9, 10, 11, 12, 13, 14, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadPart(float* source, int count) =>
        new(Avx.MaskLoad(source, First(count, 0)), Avx.MaskLoad(source + 8, First(count, 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Lanes256 value)
    {
        value.lower.Store(target);
        value.upper.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(float* target, Lanes256 value, int count)
    {
        Avx.MaskStore(target, First(count, 0), value.lower);
        Avx.MaskStore(target + 8, First(count, 8), value.upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBf16(ushort* source) => new(Widen(Vector128.Load(source)), Widen(Vector128.Load(source + 8)));

    public static Lanes256 LoadBf16Part(ushort* source, int count)
    {
        // AVX2 masks no 16-bit elements.
        ushort* copy = stackalloc ushort[Lanes.Count];
        for (int lane = 0; lane < Lanes.Count; lane++)
        {
            copy[lane] = lane < count ? source[lane] : (ushort)0;
        }

        return LoadBf16(copy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBf16(ushort* target, Lanes256 value)
    {
        var packed = Avx2.PackUnsignedSaturate(Bf16Bits(value.lower).AsInt32(), Bf16Bits(value.upper).AsInt32());
        Avx2.Permute4x64(packed.AsUInt64(), 0b11_01_10_00).AsUInt16().Store(target);
    }

    public static void StoreBf16Part(ushort* target, Lanes256 value, int count)
    {
        ushort* copy = stackalloc ushort[Lanes.Count];
        StoreBf16(copy, value);
        for (int lane = 0; lane < count; lane++)
        {
            target[lane] = copy[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadInt32(int* source, int count) => count == Lanes.Count
        ? new(Avx.ConvertToVector256Single(Vector256.Load(source)), Avx.ConvertToVector256Single(Vector256.Load(source + 8)))
        : new(
            Avx.ConvertToVector256Single(Avx2.MaskLoad(source, First(count, 0).AsInt32())),
            Avx.ConvertToVector256Single(Avx2.MaskLoad(source + 8, First(count, 8).AsInt32())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(sbyte* target, Lanes256 value, int count)
    {
        var halves = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(value.lower), Avx.ConvertToVector256Int32(value.upper));
        var ordered = Avx2.Permute4x64(halves.AsUInt64(), 0b11_01_10_00).AsInt16();
        var codes = Sse2.PackSignedSaturate(ordered.GetLower(), ordered.GetUpper());
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
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) => new(left.lower + right.lower, left.upper + right.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 left, Lanes256 right) => new(left.lower - right.lower, left.upper - right.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 left, Lanes256 right) => new(left.lower * right.lower, left.upper * right.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 left, Lanes256 right) => new(left.lower / right.lower, left.upper / right.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Fma.MultiplyAdd(a.lower, b.lower, c.lower), Fma.MultiplyAdd(a.upper, b.upper, c.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 left, Lanes256 right) => new(Avx.Max(left.lower, right.lower), Avx.Max(left.upper, right.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 left, Lanes256 right) => new(Avx.Min(left.lower, right.lower), Avx.Min(left.upper, right.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 value) => new(Avx.Sqrt(value.lower), Avx.Sqrt(value.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Round(Lanes256 value) => new(Avx.RoundToNearestInteger(value.lower), Avx.RoundToNearestInteger(value.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 PowerOfTwo(Lanes256 n) => new(PowerOfTwo(n.lower), PowerOfTwo(n.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SelectLess(Lanes256 left, Lanes256 right, Lanes256 whenLess, Lanes256 otherwise) => new(
        Vector256.ConditionalSelect(Vector256.LessThan(left.lower, right.lower), whenLess.lower, otherwise.lower),
        Vector256.ConditionalSelect(Vector256.LessThan(left.upper, right.upper), whenLess.upper, otherwise.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 KeepFirst(Lanes256 value, int count, float rest) => new(
        Vector256.ConditionalSelect(First(count, 0), value.lower, Vector256.Create(rest)),
        Vector256.ConditionalSelect(First(count, 8), value.upper, Vector256.Create(rest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RoundToBf16(Lanes256 value) =>
        new(Vector256.ShiftLeft(Bf16Bits(value.lower), 16).AsSingle(), Vector256.ShiftLeft(Bf16Bits(value.upper), 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 value) => SumOfEight(value.lower + value.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes256 value) => LargestOfEight(Avx.Max(value.lower, value.upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumOfSquares(Lanes256 value) => SumOfSquares(value.lower, value.upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Lookup(float* table, ulong codes)
    {
        var bytes = Vector128.CreateScalar(codes).AsByte();
        var nibbles = Sse2.UnpackLow(Vector128.ShiftRightLogical(bytes, 4), bytes & Vector128.Create((byte)15));
        var low = Vector256.Load(table);
        var high = Vector256.Load(table + 8);
        return new(
            Lookup(low, high, Avx2.ConvertToVector256Int32(nibbles)),
            Lookup(low, high, Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(nibbles, 8))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 DropoutMask(ulong key, ulong index, ulong threshold, float kept) => new(
        Vector256.Narrow(Keep(key, index, threshold), Keep(key, index + 4, threshold)).AsSingle() & Vector256.Create(kept),
        Vector256.Narrow(Keep(key, index + 8, threshold), Keep(key, index + 12, threshold)).AsSingle() & Vector256.Create(kept));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SumOfEight(Vector256<float> value)
    {
        var four = value.GetLower() + value.GetUpper();
        var two = four + Sse.MoveHighToLow(four, four);
        return two.ToScalar() + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float LargestOfEight(Vector256<float> value)
    {
        var four = Sse.Max(value.GetLower(), value.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        float first = two.ToScalar();
        float second = two.GetElement(1);
        return first > second ? first : second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double SumOfSquares(Vector256<float> lower, Vector256<float> upper)
    {
        var first = Squares(lower.GetLower()) + Squares(upper.GetLower());
        var second = Squares(lower.GetUpper()) + Squares(upper.GetUpper());
        var four = first + second;
        var two = four.GetLower() + four.GetUpper();
        return two.ToScalar() + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Squares(Vector128<float> value)
    {
        var wide = Avx.ConvertToVector256Double(value);
        return wide * wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Lookup(Vector256<float> low, Vector256<float> high, Vector256<int> code) =>
        Vector256.ConditionalSelect(
            Vector256.GreaterThan(code, Vector256.Create(7)).AsSingle(),
            Avx2.PermuteVar8x32(high, code),
            Avx2.PermuteVar8x32(low, code));

    // SplitMix64 as CounterRandom.Bits; all ones where the number is kept.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Keep(ulong key, ulong index, ulong threshold)
    {
        var counters = Vector256.Create(index + 1) + Vector256.Create(0UL, 1, 2, 3);
        var z = Vector256.Create(key) + (counters * Vector256.Create(0x9E3779B97F4A7C15));
        z = (z ^ Vector256.ShiftRightLogical(z, 30)) * Vector256.Create(0xBF58476D1CE4E5B9);
        z = (z ^ Vector256.ShiftRightLogical(z, 27)) * Vector256.Create(0x94D049BB133111EB);
        z ^= Vector256.ShiftRightLogical(z, 31);
        return Vector256.GreaterThanOrEqual(Vector256.ShiftRightLogical(z, 11).AsInt64(), Vector256.Create((long)threshold));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector128<ushort> bits) => Vector256.ShiftLeft(Avx2.ConvertToVector256Int32(bits), 16).AsSingle();

    // Nearest even on the upper half; adding could carry a NaN's payload into the sign, so NaN is replaced.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Bf16Bits(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = Vector256.ShiftRightLogical(bits + Vector256.Create(0x7fffu) + (Vector256.ShiftRightLogical(bits, 16) & Vector256.Create(1u)), 16);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, Vector256.Create(0x7fc0u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<float> n) =>
        Vector256.ShiftLeft(Avx.ConvertToVector256Int32(n) + Vector256.Create(127), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count, int from) =>
        Vector256.LessThan(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), Vector256.Create(count - from)).AsSingle();
}
