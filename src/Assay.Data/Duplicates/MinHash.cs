using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Assay.Data.Duplicates;

/// <summary>128 min-hashes of a text's 5-grams, folded into 32 bands of 4: texts that share a band may be near duplicates.</summary>
/// <remarks>One-permutation hashing (Li, Owen, Zhang 2012) with densification by rotation (Shrivastava, Li 2014): each gram is hashed once. A pair of resemblance J shares a band with probability 1 − (1 − J⁴)³².</remarks>
public static class MinHash
{
    /// <summary>Bands in a signature.</summary>
    public const int Bands = 32;

    private const int Rows = 4;
    private const int Bins = Bands * Rows;
    private const int BinShift = 57; // the top 7 bits choose one of 128 bins
    private const ulong DistanceStep = 0x9E3779B97F4A7C15; // odd, so that different distances never meet

    /// <summary>The 32 band values of a gram set; empty for an empty set.</summary>
    public static ulong[] BandsOf(CharacterGrams grams)
    {
        ArgumentNullException.ThrowIfNull(grams);
        if (grams.Count == 0)
        {
            return [];
        }

        Span<ulong> least = stackalloc ulong[Bins];
        Span<bool> filled = stackalloc bool[Bins];
        least.Fill(ulong.MaxValue);
        Span<byte> bytes = stackalloc byte[16];
        foreach (var gram in grams.Sorted)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, gram);
            var hash = XxHash3.HashToUInt64(bytes);
            var bin = (int)(hash >> BinShift);
            least[bin] = Math.Min(least[bin], hash);
            filled[bin] = true;
        }

        Densify(least, filled);
        var bands = new ulong[Bands];
        for (var band = 0; band < Bands; band++)
        {
            bands[band] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(least.Slice(band * Rows, Rows)), band);
        }

        return bands;
    }

    /// <summary>An empty bin borrows from the next filled one around the circle and adds the distance, so equal sets borrow alike and the work is bounded for the shortest text.</summary>
    private static void Densify(Span<ulong> least, ReadOnlySpan<bool> filled)
    {
        var (value, distance) = (0UL, 0UL);
        for (var step = (2 * Bins) - 1; step >= 0; step--)
        {
            var bin = step % Bins;
            (value, distance) = filled[bin] ? (least[bin], 0) : (value, distance + 1);
            if (!filled[bin] && step < Bins)
            {
                least[bin] = value + (distance * DistanceStep);
            }
        }
    }
}
