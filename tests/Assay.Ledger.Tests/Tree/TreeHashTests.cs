using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Tree;

public sealed class TreeHashTests
{
    [Fact]
    public void Roots_are_those_of_Certificate_Transparency()
    {
        for (var n = 0; n < Vectors.Roots.Length; n++)
        {
            Assert.Equal(Vectors.Roots[n], TreeHash.OfLeaves(Vectors.Leaves.AsSpan(0, n)).ToString());
        }
    }

    [Fact]
    public void A_right_edge_grown_leaf_by_leaf_has_the_same_roots()
    {
        var edge = RightEdge.Empty;
        for (var n = 0; n < Vectors.Entries.Length; n++)
        {
            Assert.Equal(Vectors.Roots[n], edge.Root.ToString());
            edge = edge.Append(Vectors.Entries[n]);
        }

        Assert.Equal(Vectors.Roots[8], edge.Root.ToString());
        Assert.Equal(8, edge.Size);
    }

    [Fact]
    public void A_right_edge_comes_back_from_its_bytes_and_grows_on()
    {
        var edge = RightEdge.Empty.Append(Vectors.Leaves.AsSpan(0, 5));

        var read = RightEdge.Parse(edge.ToBytes()).Append(Vectors.Leaves.AsSpan(5));

        Assert.Equal(Vectors.Roots[8], read.Root.ToString());
        Assert.Throws<LedgerFormatException>(() => RightEdge.Parse(edge.ToBytes().AsSpan(0, 40)));
        Assert.Throws<LedgerFormatException>(() => RightEdge.Parse([]));
    }

    [Fact]
    public void Only_one_Base64_spelling_of_a_hash_is_read()
    {
        Assert.True(TreeHash.TryParseBase64(TreeHash.Empty.ToBase64(), out var read));
        Assert.Equal(TreeHash.Empty, read);
        // The last character before '=' carries two unused bits.
        Assert.False(TreeHash.TryParseBase64(TreeHash.Empty.ToBase64().Replace("FU=", "FV=", StringComparison.Ordinal), out _));
        Assert.False(TreeHash.TryParseBase64("", out _));
    }
}
