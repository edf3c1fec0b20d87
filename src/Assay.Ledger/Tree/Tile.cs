namespace Assay.Ledger.Tree;

/// <summary>Up to 256 neighbouring hashes of one tile level; the 8 tree levels above them follow from them.</summary>
/// <remarks>C2SP tlog-tiles. Immutable.</remarks>
public sealed class Tile
{
    private readonly TreeHash[] _hashes;

    private Tile(TreeHash[] hashes) => _hashes = hashes;

    /// <summary>Number of hashes, 1 to 256.</summary>
    public int Width => _hashes.Length;

    /// <summary>The hash at a position, 0 to <see cref="Width"/> − 1.</summary>
    public TreeHash this[int position] => _hashes[position];

    /// <summary>Reads a tile of exactly <paramref name="width"/> hashes.</summary>
    /// <exception cref="LedgerFormatException">The length is not 32 × <paramref name="width"/>.</exception>
    public static Tile Parse(ReadOnlySpan<byte> bytes, int width)
    {
        if (bytes.Length != width * TreeHash.Length)
        {
            throw new LedgerFormatException($"A tile of {width} hashes has {width * TreeHash.Length} bytes, not {bytes.Length}.");
        }

        var hashes = new TreeHash[width];
        for (var i = 0; i < width; i++)
        {
            hashes[i] = new TreeHash(bytes.Slice(i * TreeHash.Length, TreeHash.Length));
        }

        return new Tile(hashes);
    }

    /// <summary>The file form: the hashes one after another, 8,192 bytes when full.</summary>
    public static byte[] ToBytes(IReadOnlyList<TreeHash> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        var bytes = new byte[hashes.Count * TreeHash.Length];
        for (var i = 0; i < hashes.Count; i++)
        {
            hashes[i].CopyTo(bytes.AsSpan(i * TreeHash.Length));
        }

        return bytes;
    }

    /// <summary>The root of the complete subtree of height <paramref name="height"/> (0 to 8) at <paramref name="index"/> inside this tile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tile is too narrow to hold that subtree.</exception>
    public TreeHash Node(int height, int index)
    {
        var end = (index + 1) << height;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Width);
        return TreeHash.OfLeaves(_hashes.AsSpan(index << height, 1 << height));
    }
}
