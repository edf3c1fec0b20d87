namespace Assay.Models.Engine.Kernels;

/// <summary>Sixteen fp32 values that a kernel works on at once; one implementation per instruction set.</summary>
/// <remarks>
/// Every implementation does the same IEEE operations in the same order (fused multiply-add included),
/// so a kernel written over lanes gives the same bits on every instruction set.
/// </remarks>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>The same value in all lanes.</summary>
    static abstract TSelf Create(float value);

    /// <summary>0, 1, … 15.</summary>
    static abstract TSelf Ramp();

    /// <summary>Sixteen values, unaligned.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>The first <paramref name="count"/> (0 to 16) values and zeros; memory past them is not touched.</summary>
    static abstract TSelf LoadPart(float* source, int count);

    /// <summary>Writes sixteen values, unaligned.</summary>
    static abstract void Store(float* target, TSelf value);

    /// <summary>Writes the first <paramref name="count"/> values only.</summary>
    static abstract void StorePart(float* target, TSelf value, int count);

    /// <summary>Sixteen bfloat16 values, widened.</summary>
    static abstract TSelf LoadBf16(ushort* source);

    /// <summary>The first <paramref name="count"/> bfloat16 values and zeros.</summary>
    static abstract TSelf LoadBf16Part(ushort* source, int count);

    /// <summary>Rounds to bfloat16, nearest and ties to even; NaN stays NaN.</summary>
    static abstract void StoreBf16(ushort* target, TSelf value);

    /// <summary>As <see cref="StoreBf16"/>, the first <paramref name="count"/> values only.</summary>
    static abstract void StoreBf16Part(ushort* target, TSelf value, int count);

    /// <summary>The first <paramref name="count"/> integers as fp32, rounded to nearest, and zeros.</summary>
    static abstract TSelf LoadInt32(int* source, int count);

    /// <summary>Writes the first <paramref name="count"/> values, each in −127..127, as the nearest integers.</summary>
    static abstract void StoreInt8(sbyte* target, TSelf value, int count);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>left &gt; right ? left : right, so NaN in <paramref name="right"/> survives.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>left &lt; right ? left : right, so NaN in <paramref name="right"/> survives.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>2ⁿ for integral n in −126..127.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>left &lt; right ? whenLess : otherwise, lane by lane.</summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf whenLess, TSelf otherwise);

    /// <summary>The first <paramref name="count"/> lanes of a value, another value in the rest.</summary>
    static abstract TSelf KeepFirst(TSelf value, int count, float rest);

    /// <summary>Rounded to bfloat16 and widened again.</summary>
    static abstract TSelf RoundToBf16(TSelf value);

    /// <summary>Sum by halves: lanes i and i + 8, then i and i + 4, and so on.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>Largest lane.</summary>
    static abstract float Largest(TSelf value);

    /// <summary>Sum of squares in double, by halves.</summary>
    static abstract double SumOfSquares(TSelf value);

    /// <summary>table[nibble] for 16 nibbles: lane 2i is the high nibble of byte i, lane 2i + 1 the low one.</summary>
    /// <param name="table">16 values.</param>
    /// <param name="codes">8 bytes, first byte lowest.</param>
    static abstract TSelf Lookup(float* table, ulong codes);

    /// <summary>A keep-or-drop mask from <see cref="CounterRandom"/>: lane i is 0 if the 53 bits at index + i lie below the threshold, else <paramref name="kept"/>.</summary>
    static abstract TSelf DropoutMask(ulong key, ulong index, ulong threshold, float kept);
}
