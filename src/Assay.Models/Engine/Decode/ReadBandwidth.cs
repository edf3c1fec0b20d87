using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Decode;

/// <summary>How fast decoding's threads read memory when they do nothing else: the limit of a product that reads each weight once.</summary>
public static unsafe class ReadBandwidth
{
    private const long Bytes = 256L << 20;
    private const int Piece = 1 << 16;
    private const int Rounds = 7;

    /// <summary>10⁹ bytes a second, best of several passes over 256 MiB.</summary>
    /// <param name="threads">Readers, each with one contiguous part.</param>
    public static double Measure(int threads)
    {
        using var memory = new AlignedMemory(Bytes);
        using var team = new DecodeTeam(threads);
        byte* first = (byte*)memory.Address;
        for (long offset = 0; offset < Bytes; offset += 4096)
        {
            first[offset] = 1;
        }

        long[] sums = new long[Bytes / Piece];
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            team.Run(sums.Length, 1, (from, to) =>
            {
                // Every byte is used, so that no read can be left out.
                sums[from] = Sum(first + ((long)from * Piece), (long)(to - from) * Piece);
            });
            best = Math.Max(best, Bytes / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum(byte* memory, long bytes)
    {
        int width = Vector<byte>.Count;
        Vector<long> a = default, b = default, c = default, d = default;
        for (long offset = 0; offset < bytes; offset += 4 * width)
        {
            a += Vector.Load((long*)(memory + offset));
            b += Vector.Load((long*)(memory + offset + width));
            c += Vector.Load((long*)(memory + offset + (2 * width)));
            d += Vector.Load((long*)(memory + offset + (3 * width)));
        }

        return Vector.Sum(a + b + c + d);
    }
}
