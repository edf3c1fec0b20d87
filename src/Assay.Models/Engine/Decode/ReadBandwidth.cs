using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Decode;

/// <summary>How fast decoding's threads read memory when they do nothing else: the limit of a product that reads each weight once.</summary>
public sealed unsafe class ReadBandwidth : IDisposable
{
    private const long Bytes = 256L << 20;
    private const int Piece = 1 << 16;

    private readonly AlignedMemory memory = new(Bytes);
    private readonly long[] sums = new long[Bytes / Piece];
    private readonly DecodeTeam team;

    /// <param name="threads">Readers, each with contiguous parts.</param>
    public ReadBandwidth(int threads)
    {
        team = new DecodeTeam(threads);
        byte* first = (byte*)memory.Address;
        for (long offset = 0; offset < Bytes; offset += 4096)
        {
            first[offset] = 1;
        }
    }

    /// <summary>10⁹ bytes a second, best of some passes over 256 MiB.</summary>
    /// <param name="passes">1 or more.</param>
    public double Measure(int passes)
    {
        byte* first = (byte*)memory.Address;
        double best = 0;
        for (int pass = 0; pass < passes; pass++)
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

    public void Dispose()
    {
        team.Dispose();
        memory.Dispose();
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
