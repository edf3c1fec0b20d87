using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Models;

/// <summary>Random numbers by index: the same seed, purpose and index always give the same number, in any order and on any machine.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood 2014) evaluated at key + index; not for secrets.
/// A resumed run continues exactly because there is no state to restore.
/// </remarks>
public readonly struct CounterRandom
{
    private readonly ulong key;

    /// <param name="seed">The recorded seed of a run or reply.</param>
    /// <param name="purpose">What the numbers are for; different purposes are independent.</param>
    public CounterRandom(ulong seed, string purpose)
    {
        Span<byte> input = stackalloc byte[8 + Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        Encoding.UTF8.GetBytes(purpose, input[8..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        key = BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong Bits(long index) => Bits(key, (ulong)index);

    /// <summary>What seed and purpose became; kernels compute many numbers at once from it.</summary>
    internal ulong Key => key;

    /// <summary>As <see cref="Bits(long)"/>, from the key.</summary>
    internal static ulong Bits(ulong key, ulong index)
    {
        ulong z = unchecked(key + ((index + 1) * 0x9E3779B97F4A7C15));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Uniform(long index) => (Bits(index) >> 11) * (1.0 / (1L << 53));

    /// <summary>Standard normal (Box–Muller on two uniforms).</summary>
    public double Normal(long index) =>
        Math.Sqrt(-2 * Math.Log(1 - Uniform(2 * index))) * Math.Cos(2 * Math.PI * Uniform((2 * index) + 1));

    /// <summary>A random order of 0..count−1 (Fisher–Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int last = count - 1; last > 0; last--)
        {
            int other = (int)(Bits(last) % (ulong)(last + 1));
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
