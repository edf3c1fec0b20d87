using System.Numerics;
using System.Runtime.Intrinsics;

namespace Assay.Data.Formats.Nf4;

/// <summary>Quantises weights to NF4, bit for bit as bitsandbytes does on a CPU.</summary>
/// <remarks>
/// Of each block: a = largest |x|; the code of x is the level nearest to x · (1 / max(a, 1e-38)), where a value half way between two levels takes the lower.
/// Every operation is in fp32 and rounded on its own. Dettmers et al. 2023, arXiv:2305.14314 §3.
/// </remarks>
public static class Nf4Quantiser
{
    /// <summary>Elements that share a scale in files made by transformers and PEFT.</summary>
    public const int DefaultBlockSize = 64;

    /// <summary>Block scales that share a nested scale.</summary>
    public const int NestedBlockSize = 256;

    private const byte Zero = 7;

    /// <summary>Quantises a weight; its block scales stay in fp32.</summary>
    /// <param name="weights">The elements as stored, little-endian, row by row.</param>
    /// <param name="dtype">F32, F16 or BF16.</param>
    /// <param name="shape">Sizes; their product is the number of elements.</param>
    /// <param name="blockSize">A power of two from 32 to 4,096.</param>
    /// <exception cref="ArgumentException">The bytes do not fit shape and type, or a value is not finite.</exception>
    public static Nf4Matrix Quantise(ReadOnlySpan<byte> weights, TensorDtype dtype, IReadOnlyList<long> shape, int blockSize = DefaultBlockSize)
    {
        CheckBlockSize(blockSize);
        long elements = shape.Aggregate(1L, (count, size) => checked(count * size));
        if (weights.Length != elements * dtype.Size())
        {
            throw new ArgumentException($"{weights.Length} bytes are not {elements} elements of {dtype.FileName()}.", nameof(weights));
        }

        byte[] packed = new byte[(elements + 1) / 2];
        float[] absmax = new float[(elements + blockSize - 1) / blockSize];
        Span<float> block = stackalloc float[blockSize];
        Span<byte> codes = stackalloc byte[blockSize];
        for (int index = 0; index < absmax.Length; index++)
        {
            int first = index * blockSize;
            int count = (int)Math.Min(blockSize, elements - first);
            FloatBytes.ToFloat32(weights.Slice(first * dtype.Size(), count * dtype.Size()), dtype, block);
            block[count..].Clear();
            absmax[index] = LargestMagnitude(block) is var largest && float.IsFinite(largest)
                ? largest
                : throw new ArgumentException($"An element from {first} to {first + count - 1} is not a finite number, so the weight cannot be quantised.", nameof(weights));
            Encode(block, 1 / MathF.Max(largest, 1e-38f), codes);
            Pack(codes[..count], packed.AsSpan(first / 2));
        }

        return new Nf4Matrix([.. shape], dtype, blockSize, packed, Nf4Codes.Levels, new PlainNf4Scales(absmax));
    }

    /// <summary>Quantises block scales to 8 bits.</summary>
    /// <param name="absmax">Scale of each block, finite.</param>
    /// <param name="offset">Their mean. bitsandbytes takes libtorch's <c>mean</c>; another order of summation may differ in the last bit.</param>
    /// <param name="blockSize">Block scales that share a nested scale, a power of two from 32 to 4,096.</param>
    public static DoubleNf4Scales Quantise(ReadOnlySpan<float> absmax, float offset, int blockSize = NestedBlockSize)
    {
        CheckBlockSize(blockSize);
        byte[] codes = new byte[absmax.Length];
        float[] nested = new float[(absmax.Length + blockSize - 1) / blockSize];
        float[] midpoints = Midpoints(Nf4Codes.ScaleMap.Span);
        for (int block = 0; block < nested.Length; block++)
        {
            int end = Math.Min((block + 1) * blockSize, absmax.Length);
            float largest = 0;
            for (int index = block * blockSize; index < end; index++)
            {
                largest = MathF.Max(largest, MathF.Abs(absmax[index] - offset));
            }

            nested[block] = largest;
            float inverse = 1 / MathF.Max(largest, 1e-38f);
            for (int index = block * blockSize; index < end; index++)
            {
                codes[index] = (byte)CountBelow(midpoints, (absmax[index] - offset) * inverse);
            }
        }

        return new DoubleNf4Scales(codes, nested, Nf4Codes.ScaleMap, blockSize, offset);
    }

    internal static bool IsBlockSize(long size) => size is >= 32 and <= 4096 && BitOperations.IsPow2(size);

    private static void CheckBlockSize(int blockSize)
    {
        if (!IsBlockSize(blockSize))
        {
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "A block has a power of two from 32 to 4,096 elements.");
        }
    }

    /// <returns>NaN when any element is not finite.</returns>
    private static float LargestMagnitude(ReadOnlySpan<float> block)
    {
        var largest = Vector256<float>.Zero;
        var broken = Vector256<float>.Zero;
        for (int index = 0; index < block.Length; index += Vector256<float>.Count)
        {
            var values = Vector256.Create(block[index..]);
            largest = Vector256.Max(largest, Vector256.Abs(values));
            broken += values * Vector256<float>.Zero; // 0 for a finite element, NaN for any other
        }

        float result = Vector256.Sum(broken);
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            result = MathF.Max(result, largest[lane]);
        }

        return result;
    }

    /// <summary>The code of an element is the number of midpoints below it.</summary>
    /// <param name="block">A multiple of 32 elements.</param>
    /// <param name="inverse">Factor on them.</param>
    /// <param name="codes">One byte for each.</param>
    private static void Encode(ReadOnlySpan<float> block, float inverse, Span<byte> codes)
    {
        var scale = Vector256.Create(inverse);
        for (int first = 0; first < block.Length; first += Vector256<byte>.Count)
        {
            var part = block.Slice(first, Vector256<byte>.Count);
            var lower = Vector256.Narrow(CountBelow(part, scale), CountBelow(part[8..], scale));
            var upper = Vector256.Narrow(CountBelow(part[16..], scale), CountBelow(part[24..], scale));
            Vector256.Narrow(lower, upper).AsByte().CopyTo(codes[first..]);
        }
    }

    private static Vector256<int> CountBelow(ReadOnlySpan<float> values, Vector256<float> scale)
    {
        var scaled = Vector256.Create(values) * scale;
        var below = Vector256<int>.Zero;
        foreach (float midpoint in LevelMidpoints)
        {
            below -= Vector256.GreaterThan(scaled, Vector256.Create(midpoint)).AsInt32();
        }

        return below;
    }

    private static void Pack(ReadOnlySpan<byte> codes, Span<byte> packed)
    {
        int index = 0;
        for (; index + 1 < codes.Length; index += 2)
        {
            packed[index / 2] = (byte)((codes[index] << 4) | codes[index + 1]);
        }

        if (index < codes.Length)
        {
            packed[index / 2] = (byte)((codes[index] << 4) | Zero);
        }
    }

    private static float[] LevelMidpoints { get; } = Midpoints(Nf4Codes.Levels.Span);

    private static float[] Midpoints(ReadOnlySpan<float> levels)
    {
        float[] midpoints = new float[levels.Length - 1];
        for (int index = 0; index < midpoints.Length; index++)
        {
            midpoints[index] = (levels[index] + levels[index + 1]) / 2;
        }

        return midpoints;
    }

    /// <param name="midpoints">255, ascending.</param>
    /// <param name="value">Counted are the midpoints below it.</param>
    private static int CountBelow(float[] midpoints, float value)
    {
        int count = 0;
        for (int step = 128; step > 0; step /= 2)
        {
            count += midpoints[count + step - 1] < value ? step : 0;
        }

        return count;
    }
}
