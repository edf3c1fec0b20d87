using System.Numerics;

namespace Assay.Data.Duplicates;

/// <summary>A clip as 32-bit sub-prints, one every 11.6 ms: each bit says whether the difference of energy between two neighbouring bands of 300 to 2,000 Hz rose or fell. Copies keep most bits through re-encoding, gain, noise and shifts.</summary>
/// <remarks>Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002: frames of 0.37 s, overlap 31/32, 33 bands, threshold 0.35 over 256 sub-prints.</remarks>
public sealed class AudioPrint
{
    /// <summary>Samples a second that the print is made from.</summary>
    public const double Rate = 5512.5;

    /// <summary>Sub-prints in a block that is compared: 3 seconds.</summary>
    public const int Block = 256;

    /// <summary>Up to this share of differing bits over a block two clips are the same there.</summary>
    public const double SameErrorRate = 0.35;

    /// <summary>A whole block must not be shorter; shorter clips have no print.</summary>
    private const int ShortestBlock = 64;

    /// <summary>For a clip shorter than a block, where chance is likelier.</summary>
    private const double ShortErrorRate = 0.25;

    private readonly uint[] _prints;

    private AudioPrint(uint[] prints) => _prints = prints;

    /// <summary>No print.</summary>
    public static AudioPrint None { get; } = new([]);

    /// <summary>The sub-prints in order; 0 stands where nothing is heard.</summary>
    public ReadOnlySpan<uint> Prints => _prints;

    /// <summary>Seconds from one sub-print to the next.</summary>
    public static double Step => SpectralBands.Hop / Rate;

    /// <summary>The print of samples at <see cref="Rate"/>; <see cref="None"/> below a second.</summary>
    public static AudioPrint Of(ReadOnlySpan<float> samples)
    {
        var prints = SpectralBands.SubPrints(samples);
        return prints.Length < ShortestBlock ? None : new AudioPrint(prints);
    }

    /// <summary>The print that was stored as bytes.</summary>
    /// <exception cref="ArgumentException">The bytes are no whole number of sub-prints.</exception>
    public static AudioPrint FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 != 0)
        {
            throw new ArgumentException($"{bytes.Length} bytes are no whole number of sub-prints of 4.", nameof(bytes));
        }

        var prints = new uint[bytes.Length / 4];
        for (var index = 0; index < prints.Length; index++)
        {
            prints[index] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[(index * 4)..]);
        }

        return new AudioPrint(prints);
    }

    /// <summary>The sub-prints as little-endian bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_prints.Length * 4];
        for (var index = 0; index < _prints.Length; index++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(index * 4), _prints[index]);
        }

        return bytes;
    }

    /// <summary>How much of this clip is the same as another when they are laid over each other.</summary>
    /// <param name="other">The other clip.</param>
    /// <param name="shift">Sub-prints by which the other lies later: its print i + shift against this one's i.</param>
    public AudioOverlap Overlap(AudioPrint other, int shift)
    {
        ArgumentNullException.ThrowIfNull(other);
        var length = Math.Min(Block, _prints.Length);
        var most = length == Block ? SameErrorRate : ShortErrorRate;
        int blocks = 0, same = 0, first = -1;
        var least = 1.0;
        for (var start = 0; start + length <= _prints.Length; start += length)
        {
            blocks++;
            if (ErrorRate(_prints, start, other._prints, start + shift, length) is not { } rate || rate > most)
            {
                continue;
            }

            same++;
            least = Math.Min(least, rate);
            first = first < 0 ? start : first;
        }

        return new AudioOverlap(blocks == 0 ? 0 : same * 1000 / blocks, least, Math.Max(first, 0) * Step, (Math.Max(first, 0) + shift) * Step);
    }

    /// <summary>Share of differing bits; null where fewer than half of the sub-prints are heard in both. Prints beyond the other's ends count as half wrong.</summary>
    private static double? ErrorRate(uint[] mine, int from, uint[] theirs, int at, int length)
    {
        int wrong = 0, heard = 0, outside = 0;
        for (var index = 0; index < length; index++)
        {
            var place = at + index;
            if (place < 0 || place >= theirs.Length)
            {
                outside++;
                continue;
            }

            if (mine[from + index] == 0 || theirs[place] == 0)
            {
                continue;
            }

            heard++;
            wrong += BitOperations.PopCount(mine[from + index] ^ theirs[place]);
        }

        return (heard + outside) * 2 < length || heard == 0 ? null : (wrong + (outside * 16)) / (32.0 * (heard + outside));
    }
}
