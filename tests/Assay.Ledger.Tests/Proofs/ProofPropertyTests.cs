using System.Collections.Concurrent;
using Assay.Ledger.Proofs;
using Assay.Ledger.Tests.Appending;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Proofs;

public sealed class ProofPropertyTests
{
    private const int Largest = 300;

    private static readonly TreeHash[] Leaves = [.. Enumerable.Range(0, Largest).Select(i => TreeHash.OfLeaf(BitConverter.GetBytes(i)))];

    private static readonly ConcurrentDictionary<LeafRange, TreeHash> Roots = new();

    [Fact]
    public void For_all_sizes_up_to_300_every_inclusion_proof_leads_to_the_root_and_no_neighbouring_one_does()
    {
        for (var size = 1; size <= Largest; size++)
        {
            var root = Root(new LeafRange(0, size));
            for (var index = 0; index < size; index++)
            {
                var proof = new InclusionProof(index, size, [.. InclusionProof.Ranges(index, size).Select(Root)]);
                Assert.Equal(root, proof.RootFrom(Leaves[index]));
                Assert.NotEqual(root, (proof with { Index = index ^ 1 }).RootFrom(Leaves[index]));
            }
        }
    }

    [Fact]
    public void For_all_pairs_of_sizes_up_to_300_the_consistency_proof_connects_the_roots_and_no_others()
    {
        for (var newSize = 0; newSize <= Largest; newSize++)
        {
            for (var oldSize = 0; oldSize <= newSize; oldSize++)
            {
                var proof = new ConsistencyProof(oldSize, newSize, [.. ConsistencyProof.Ranges(oldSize, newSize).Select(Root)]);
                var (oldRoot, newRoot) = (Root(new LeafRange(0, oldSize)), Root(new LeafRange(0, newSize)));
                Assert.True(proof.Connects(oldRoot, newRoot), $"{oldSize} → {newSize}");
                Assert.False(proof.Connects(Leaves[0], newRoot) && oldSize != 1, $"{oldSize} → {newSize} from another root");
                Assert.False(proof.Connects(oldRoot, Leaves[1]) && oldSize != 0, $"{oldSize} → {newSize} to another root");
            }
        }
    }

    [Fact]
    public void A_proof_with_a_hash_too_many_or_too_few_or_changed_leads_nowhere()
    {
        for (var size = 2; size <= 40; size++)
        {
            var root = Root(new LeafRange(0, size));
            for (var index = 0; index < size; index++)
            {
                var proof = new InclusionProof(index, size, [.. InclusionProof.Ranges(index, size).Select(Root)]);
                Assert.NotEqual(root, (proof with { Hashes = [.. proof.Hashes, Leaves[0]] }).RootFrom(Leaves[index]));
                Assert.NotEqual(root, (proof with { Hashes = [.. proof.Hashes.Skip(1)] }).RootFrom(Leaves[index]));
                Assert.NotEqual(root, (proof with { Hashes = [Leaves[^1], .. proof.Hashes.Skip(1)] }).RootFrom(Leaves[index]));
            }

            Assert.Null(new InclusionProof(size, size, []).RootFrom(Leaves[0]));
            Assert.Null(new InclusionProof(-1, size, []).RootFrom(Leaves[0]));
        }
    }

    [Fact]
    public async Task Proofs_read_from_tiles_are_those_computed_in_memory()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var log = new TestLog();
        const int Size = 700;
        await log.GrowAsync(0, Size, cancel);
        TreeHash[] leaves = [.. TestLog.Entries(0, Size).Select(entry => TreeHash.OfLeaf(entry.ToBytes()))];
        TreeHash InMemory(LeafRange range) => TreeHash.OfLeaves(leaves.AsSpan((int)range.Start, (int)range.Count));

        foreach (var size in new[] { 1, 2, 255, 256, 257, 511, 512, 513, 699, 700 })
        {
            Assert.Equal(InMemory(new LeafRange(0, size)), await new TileTree(log.Store, Size).RangeRootAsync(new LeafRange(0, size), cancel));
            Assert.Equal(ConsistencyProof.Ranges(size, Size).Select(InMemory), (await ConsistencyProof.ReadAsync(log.Store, size, Size, cancel)).Hashes);
            Assert.Equal(InclusionProof.Ranges(size - 1, Size).Select(InMemory), (await InclusionProof.ReadAsync(log.Store, size - 1, Size, cancel)).Hashes);
        }
    }

    [Fact]
    public async Task An_older_tree_is_read_from_the_full_tiles_where_its_unfinished_ones_are_gone()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var log = new TestLog();
        await log.GrowAsync(0, 512, cancel);
        TreeHash[] leaves = [.. TestLog.Entries(0, 400).Select(entry => TreeHash.OfLeaf(entry.ToBytes()))];

        Assert.Equal(TreeHash.OfLeaves(leaves), await new TileTree(log.Store, 400).RootAsync(cancel));
    }

    /// <summary>The definition of RFC 6962 §2.1 word for word, each range computed once.</summary>
    private static TreeHash Root(LeafRange range) => range.Count switch
    {
        0 => TreeHash.Empty,
        1 => Leaves[range.Start],
        _ => Roots.GetOrAdd(range, whole => TreeHash.OfNode(Root(whole.Split().Left), Root(whole.Split().Right))),
    };
}
