using System.Numerics;

namespace Assay.Ledger.Tree;

/// <summary>Leaves <paramref name="Start"/> to <paramref name="End"/> − 1, whose root is one hash of a proof.</summary>
/// <param name="Start">First leaf.</param>
/// <param name="End">One past the last leaf.</param>
public readonly record struct LeafRange(long Start, long End)
{
    /// <summary>Number of leaves.</summary>
    public long Count => End - Start;

    /// <summary>The two halves, the left one being the largest power of two below <see cref="Count"/> (RFC 6962 §2.1).</summary>
    /// <exception cref="InvalidOperationException">The range has fewer than two leaves.</exception>
    public (LeafRange Left, LeafRange Right) Split()
    {
        if (Count < 2)
        {
            throw new InvalidOperationException($"A range of {Count} leaves has no halves.");
        }

        var middle = Start + (1L << BitOperations.Log2((ulong)(Count - 1)));
        return (new LeafRange(Start, middle), new LeafRange(middle, End));
    }
}
