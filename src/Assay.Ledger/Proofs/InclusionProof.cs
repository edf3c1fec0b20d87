using Assay.Ledger.Tree;

namespace Assay.Ledger.Proofs;

/// <summary>Shows that a leaf is in a tree: the hashes that lead from it to the root, its sibling first.</summary>
/// <param name="Index">Position of the leaf.</param>
/// <param name="Size">Leaves of the tree.</param>
/// <param name="Hashes">At most 63.</param>
/// <remarks>RFC 6962 §2.1.1; verification as in RFC 9162 §2.1.3.2.</remarks>
public sealed record InclusionProof(long Index, long Size, IReadOnlyList<TreeHash> Hashes)
{
    /// <summary>Reads the proof for one entry from the tiles of a log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    /// <exception cref="LedgerCorruptException">A tile is missing or has the wrong length.</exception>
    public static async Task<InclusionProof> ReadAsync(ILogReader log, long index, long size, CancellationToken cancel)
    {
        var tree = new TileTree(log, size);
        var hashes = new List<TreeHash>();
        foreach (var range in Ranges(index, size))
        {
            hashes.Add(await tree.RangeRootAsync(range, cancel));
        }

        return new InclusionProof(index, size, hashes);
    }

    /// <summary>The ranges whose roots are the proof, in its order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static IReadOnlyList<LeafRange> Ranges(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var ranges = new List<LeafRange>();
        for (var range = new LeafRange(0, size); range.Count > 1;)
        {
            var (left, right) = range.Split();
            (range, var other) = index < left.End ? (left, right) : (right, left);
            ranges.Add(other);
        }

        ranges.Reverse();
        return ranges;
    }

    /// <summary>The root that the proof leads to from a leaf.</summary>
    /// <returns>Null when the number of hashes does not fit index and size, or the index lies outside.</returns>
    public TreeHash? RootFrom(TreeHash leaf)
    {
        if (Index < 0 || Index >= Size)
        {
            return null;
        }

        var (node, last) = (Index, Size - 1);
        var hash = leaf;
        foreach (var sibling in Hashes)
        {
            if (last == 0)
            {
                return null;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = TreeHash.OfNode(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                hash = TreeHash.OfNode(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }
}
