using Assay.Ledger.Proofs;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Proofs;

public sealed class ProofVectorTests
{
    private const string Leaf6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private const string Node45 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";

    [Fact]
    public void Inclusion_proofs_are_those_of_Certificate_Transparency()
    {
        AssertInclusion(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", Node45, Vectors.Roots[4]);
        AssertInclusion(6, 7, Leaf6, Vectors.Roots[4]);
    }

    [Fact]
    public void Consistency_proofs_are_those_of_Certificate_Transparency()
    {
        AssertConsistency(3, 7, "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7", "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7", Vectors.Roots[2], "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e");
        AssertConsistency(6, 8, Leaf6, Node45, Vectors.Roots[4]);
    }

    private static void AssertInclusion(int index, int size, params string[] expected)
    {
        var proof = new InclusionProof(index, size, [.. InclusionProof.Ranges(index, size).Select(Root)]);

        Assert.Equal(expected, proof.Hashes.Select(hash => hash.ToString()));
        Assert.Equal(Vectors.Roots[size], proof.RootFrom(Vectors.Leaves[index]).ToString());
    }

    private static void AssertConsistency(int oldSize, int newSize, params string[] expected)
    {
        var proof = new ConsistencyProof(oldSize, newSize, [.. ConsistencyProof.Ranges(oldSize, newSize).Select(Root)]);

        Assert.Equal(expected, proof.Hashes.Select(hash => hash.ToString()));
        Assert.True(proof.Connects(new TreeHash(Convert.FromHexString(Vectors.Roots[oldSize])), new TreeHash(Convert.FromHexString(Vectors.Roots[newSize]))));
    }

    private static TreeHash Root(LeafRange range) => TreeHash.OfLeaves(Vectors.Leaves.AsSpan((int)range.Start, (int)range.Count));
}
