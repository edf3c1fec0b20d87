using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Assay.Data.Units;

/// <summary>Cuts a text stream into units of 256 to 1,024 bytes at places that its content chooses, so that an insertion moves no later cut.</summary>
/// <remarks>Gear hash (Xia et al. 2014, Ddelta §3). The same for every model: the ledger commits to units before any model is chosen.</remarks>
public static class UnitCutter
{
    /// <summary>Shortest unit in bytes, the last one excepted.</summary>
    public const int Shortest = 256;

    /// <summary>Longest unit in bytes, before the end of a character is reached.</summary>
    public const int Longest = 1024;

    private const int CutShift = 56; // the top 8 bits of the hash decide

    private static readonly ulong[] Gears = MakeGears();

    /// <summary>The rolling hash's addend of each byte value.</summary>
    internal static IReadOnlyList<ulong> Gear => Gears;

    /// <summary>Offset behind each unit, rising, the last one being the stream's length; empty for an empty stream.</summary>
    public static IReadOnlyList<int> Ends(ReadOnlySpan<byte> stream)
    {
        var ends = new List<int>();
        var start = 0;
        var hash = 0UL;
        for (var at = 0; at < stream.Length;)
        {
            hash = (hash << 1) + Gears[stream[at++]];
            var length = at - start;
            if ((length >= Shortest && hash >> CutShift == 0) || length == Longest)
            {
                while (at < stream.Length && (stream[at] & 0xC0) == 0x80)
                {
                    hash = (hash << 1) + Gears[stream[at++]];
                }

                ends.Add(at);
                start = at;
            }
        }

        if (start < stream.Length)
        {
            ends.Add(stream.Length);
        }

        return ends;
    }

    private static ulong[] MakeGears()
    {
        var gears = new ulong[256];
        for (var value = 0; value < gears.Length; value++)
        {
            byte[] seed = [.. "assay/gear/v1\0"u8, (byte)value];
            gears[value] = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(seed));
        }

        return gears;
    }
}
