using System.Buffers.Binary;
using System.Numerics;

namespace Assay.Ledger.Tree;

/// <summary>
/// The head of a growing tree: its size and the roots of the complete subtrees along its right edge, largest first.
/// Enough to append leaves and to compute the root, and at most 63 hashes long.
/// </summary>
/// <remarks>Immutable. A journal stores it with the entries, in the same transaction.</remarks>
public sealed class RightEdge
{
    private readonly TreeHash[] _subtrees;

    private RightEdge(long size, TreeHash[] subtrees)
    {
        Size = size;
        _subtrees = subtrees;
        Root = Fold(subtrees);
    }

    /// <summary>The tree without leaves.</summary>
    public static RightEdge Empty { get; } = new(0, []);

    /// <summary>Number of leaves.</summary>
    public long Size { get; }

    /// <summary>Root of the whole tree (RFC 6962 §2.1).</summary>
    public TreeHash Root { get; }

    /// <summary>The edge after one more leaf.</summary>
    /// <param name="entry">The bytes of the entry, not its hash.</param>
    public RightEdge Append(ReadOnlySpan<byte> entry) => Append([TreeHash.OfLeaf(entry)]);

    /// <summary>The edge after the given leaf hashes, in order.</summary>
    public RightEdge Append(ReadOnlySpan<TreeHash> leaves)
    {
        var subtrees = new List<TreeHash>(_subtrees);
        var size = Size;
        foreach (var leaf in leaves)
        {
            var node = leaf;
            // Each trailing one bit of the size is a complete subtree that the new leaf completes to the next height.
            for (var rest = size; (rest & 1) == 1; rest >>= 1)
            {
                node = TreeHash.OfNode(subtrees[^1], node);
                subtrees.RemoveAt(subtrees.Count - 1);
            }

            subtrees.Add(node);
            size++;
        }

        return new RightEdge(size, [.. subtrees]);
    }

    /// <summary>Size as 8 bytes big-endian, then the subtree roots of 32 bytes each, largest first.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[8 + (_subtrees.Length * TreeHash.Length)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Size);
        for (var i = 0; i < _subtrees.Length; i++)
        {
            _subtrees[i].CopyTo(bytes.AsSpan(8 + (i * TreeHash.Length)));
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="LedgerFormatException">The length does not fit the size, or the size is negative.</exception>
    public static RightEdge Parse(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length >= 8 ? BinaryPrimitives.ReadInt64BigEndian(bytes) : -1;
        if (size < 0 || bytes.Length != 8 + (BitOperations.PopCount((ulong)size) * TreeHash.Length))
        {
            throw new LedgerFormatException($"A right edge of {bytes.Length} bytes does not fit its size {size}.");
        }

        var subtrees = new TreeHash[(bytes.Length - 8) / TreeHash.Length];
        for (var i = 0; i < subtrees.Length; i++)
        {
            subtrees[i] = new TreeHash(bytes.Slice(8 + (i * TreeHash.Length), TreeHash.Length));
        }

        return new RightEdge(size, subtrees);
    }

    private static TreeHash Fold(TreeHash[] subtrees)
    {
        if (subtrees.Length == 0)
        {
            return TreeHash.Empty;
        }

        var root = subtrees[^1];
        for (var i = subtrees.Length - 2; i >= 0; i--)
        {
            root = TreeHash.OfNode(subtrees[i], root);
        }

        return root;
    }
}
