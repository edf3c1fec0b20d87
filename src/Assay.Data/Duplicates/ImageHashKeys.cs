using System.Numerics;

namespace Assay.Data.Duplicates;

/// <summary>Keys under which difference hashes are stored and looked up, so that no hash within 10 bits is missed: of four parts of 16 bits, one differs in at most two.</summary>
public static class ImageHashKeys
{
    private const int Parts = 4, PartBits = 16, Radius = ImageHash.Different / Parts;

    private static readonly ushort[] Flips = [.. Enumerable.Range(0, 1 << PartBits).Where(bits => BitOperations.PopCount((uint)bits) <= Radius).Select(bits => (ushort)bits)];

    /// <summary>The four keys that a hash is stored under.</summary>
    public static IReadOnlyList<int> Of(ulong hash) => [.. Enumerable.Range(0, Parts).Select(part => Key(part, Part(hash, part)))];

    /// <summary>The 548 keys under which every hash within 10 bits of this one is found, beside others.</summary>
    public static IReadOnlyList<int> Near(ulong hash) =>
        [.. Enumerable.Range(0, Parts).SelectMany(part => Flips.Select(flip => Key(part, Part(hash, part) ^ flip)))];

    private static int Part(ulong hash, int part) => (int)(hash >> (part * PartBits)) & 0xFFFF;

    private static int Key(int part, int value) => (part << PartBits) | value;
}
