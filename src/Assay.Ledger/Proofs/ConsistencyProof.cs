using System.Numerics;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Proofs;

/// <summary>Shows that a tree begins with all leaves of an older one, unchanged.</summary>
/// <param name="OldSize">Leaves of the older tree.</param>
/// <param name="NewSize">Leaves of the newer tree, at least as many.</param>
/// <param name="Hashes">At most 64; none when the sizes are equal or the older tree is empty.</param>
/// <remarks>RFC 6962 §2.1.2; verification as in RFC 9162 §2.1.4.2.</remarks>
public sealed record ConsistencyProof(long OldSize, long NewSize, IReadOnlyList<TreeHash> Hashes)
{
    /// <summary>Reads the proof between two sizes from the tiles of a log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not in order.</exception>
    /// <exception cref="LedgerCorruptException">A tile is missing or has the wrong length.</exception>
    public static async Task<ConsistencyProof> ReadAsync(ILogReader log, long oldSize, long newSize, CancellationToken cancel)
    {
        var tree = new TileTree(log, newSize);
        var hashes = new List<TreeHash>();
        foreach (var range in Ranges(oldSize, newSize))
        {
            hashes.Add(await tree.RangeRootAsync(range, cancel));
        }

        return new ConsistencyProof(oldSize, newSize, hashes);
    }

    /// <summary>The ranges whose roots are the proof, in its order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not in order.</exception>
    public static IReadOnlyList<LeafRange> Ranges(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var ranges = new List<LeafRange>();
        if (oldSize == 0)
        {
            return ranges;
        }

        var range = new LeafRange(0, newSize);
        while (range.End != oldSize)
        {
            var (left, right) = range.Split();
            (range, var other) = oldSize <= left.End ? (left, right) : (right, left);
            ranges.Add(other);
        }

        if (range.Start != 0)
        {
            ranges.Add(range);
        }

        ranges.Reverse();
        return ranges;
    }

    /// <summary>Whether the proof connects the two roots.</summary>
    public bool Connects(TreeHash oldRoot, TreeHash newRoot)
    {
        if (OldSize < 0 || OldSize > NewSize)
        {
            return false;
        }

        if (OldSize == NewSize || OldSize == 0)
        {
            return Hashes.Count == 0 && (OldSize == NewSize ? oldRoot == newRoot : oldRoot == TreeHash.Empty);
        }

        // A complete older tree is itself the first hash of the path and is not repeated in the proof.
        IReadOnlyList<TreeHash> path = BitOperations.IsPow2(OldSize) ? [oldRoot, .. Hashes] : Hashes;
        return path.Count > 0 && Walk(path) is var (foundOld, foundNew) && foundOld == oldRoot && foundNew == newRoot;
    }

    private (TreeHash Old, TreeHash New)? Walk(IReadOnlyList<TreeHash> path)
    {
        var (node, last) = (OldSize - 1, NewSize - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var (oldHash, newHash) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0)
            {
                return null;
            }

            if ((node & 1) == 1 || node == last)
            {
                (oldHash, newHash) = (TreeHash.OfNode(hash, oldHash), TreeHash.OfNode(hash, newHash));
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                newHash = TreeHash.OfNode(newHash, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? (oldHash, newHash) : null;
    }
}
