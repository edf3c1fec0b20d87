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
        least.Fill(ulong.MaxValue);
        foreach (var gram in grams.Sorted)
        {
            Add(least, (ulong)gram, (ulong)(gram >> 64));
        }

        return Fold(least);
    }

    /// <summary>The same bands from the text itself, without making the set: a gram that repeats changes no minimum.</summary>
    /// <param name="normalised">From <see cref="NormalisedText.Of"/>.</param>
    public static ulong[] BandsOf(ReadOnlySpan<char> normalised)
    {
        if (normalised.IsEmpty)
        {
            return [];
        }

        Span<ulong> least = stackalloc ulong[Bins];
        least.Fill(ulong.MaxValue);
        ulong low = 0, high = 0;
        for (var at = 0; at < normalised.Length; at++)
        {
            // The gram rolls: 80 bits, shifted by one symbol of 16.
            high = ((high << 16) | (low >> 48)) & 0xFFFF;
            low = (low << 16) | normalised[at];
            if (at >= CharacterGrams.Length - 1 || at == normalised.Length - 1)
            {
                Add(least, low, high);
            }
        }

        return Fold(least);
    }

    private static void Add(Span<ulong> least, ulong low, ulong high)
    {
        var hash = Mix(low, high);
        ref var bin = ref least[(int)(hash >> BinShift)];
        bin = Math.Min(bin, hash);
    }

    /// <summary>Two rounds of multiplying 64 by 64 bits and folding the halves, as wyhash does; the constants are odd and have 32 bits set each.</summary>
    private static ulong Mix(ulong low, ulong high)
    {
        var first = Math.BigMul(low ^ 0xA0761D6478BD642F, (high << 32) ^ 0xE7037ED1A0B428DB, out var part);
        var second = Math.BigMul(first ^ part ^ 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3, out var rest);
        return second ^ rest;
    }

    private static ulong[] Fold(Span<ulong> least)
    {
        Densify(least);
        var bands = new ulong[Bands];
        for (var band = 0; band < Bands; band++)
        {
            bands[band] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(least.Slice(band * Rows, Rows)), band);
        }

        return bands;
    }

    /// <summary>An empty bin borrows from the next filled one around the circle and adds the distance, so equal sets borrow alike and the work is bounded for the shortest text.</summary>
    private static void Densify(Span<ulong> least)
    {
        var (value, distance) = (0UL, 0UL);
        Span<bool> empty = stackalloc bool[Bins];
        for (var bin = 0; bin < Bins; bin++)
        {
            empty[bin] = least[bin] == ulong.MaxValue;
        }

        for (var step = (2 * Bins) - 1; step >= 0; step--)
        {
            var bin = step % Bins;
            (value, distance) = empty[bin] ? (value, distance + 1) : (least[bin], 0);
            if (empty[bin] && step < Bins)
            {
                least[bin] = value + (distance * DistanceStep);
            }
        }
    }
}
