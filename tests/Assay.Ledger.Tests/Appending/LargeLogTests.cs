using System.Diagnostics;
using System.Text;
using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Proofs;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Appending;

/// <summary>A log of three tile levels, in memory: 70,000 entries, the example of the ledger document.</summary>
public sealed class LargeLogTests
{
    private const int Size = 70_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_of_70000_entries_has_three_levels_and_every_proof_from_it_holds()
    {
        var (store, journal) = (new MemoryStore(), new MemoryJournal());
        using var signer = Vectors.Signer();
        using var appender = new LedgerAppender(journal, store, signer);
        await appender.AppendAsync(Cancel); // 256 entries, then the rest at once as after a long outage
        journal.SequenceAll();
        await appender.AppendAsync(Cancel);

        Assert.Equal(
            ["tile/0/273.p/112", "tile/1/000.p/1", "tile/1/001.p/17", "tile/2/000.p/1"],
            store.Files.Keys.Where(path => path.Contains(".p/", StringComparison.Ordinal) && !path.Contains("entries", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(273, store.Files.Keys.Count(path => path.StartsWith("tile/0/", StringComparison.Ordinal) && path.Length == "tile/0/000".Length));

        var report = await LedgerFsck.CheckAsync(store, signer.Verifier, new Checkpoint(Vectors.Origin, 65_537, journal.RootAt(65_537)), Cancel);
        Assert.True(report.IsGood, report.Problem?.ToString());
        foreach (var index in new long[] { 0, 255, 256, 65_535, 65_536, 69_887, 69_999 })
        {
            Assert.Null((await Receipt.CreateAsync(store, index, Cancel))!.FindProblem(signer.Verifier));
        }

        foreach (var size in new long[] { 1, 256, 65_535, 65_536, 65_537, 69_999 })
        {
            Assert.True((await ConsistencyProof.ReadAsync(store, size, Size, Cancel)).Connects(journal.RootAt((int)size), report.Checkpoint!.Root));
        }

        var watch = Stopwatch.StartNew();
        await InclusionProof.ReadAsync(store, 12_345, Size, Cancel);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"one proof took {watch.Elapsed}");
    }

    [Fact]
    public async Task A_restart_finds_its_place_at_every_level()
    {
        var (store, journal) = (new MemoryStore(), new MemoryJournal());
        using var signer = Vectors.Signer();
        foreach (var size in new[] { 65_530, 65_536, 65_540, Size })
        {
            journal.SequenceUpTo(size);
            using var appender = new LedgerAppender(journal.Closed(), store, signer);
            await appender.AppendAsync(Cancel);
            Assert.Equal(size, appender.Published!.Size);
        }

        Assert.True((await LedgerFsck.CheckAsync(store, signer.Verifier, null, Cancel)).IsGood);
    }

    [Fact]
    public async Task A_changed_tile_of_a_higher_level_names_the_first_entry_below_it()
    {
        var (store, journal) = (new MemoryStore(), new MemoryJournal());
        using var signer = Vectors.Signer();
        journal.SequenceAll();
        using var appender = new LedgerAppender(journal, store, signer);
        await appender.AppendAsync(Cancel);
        store.Files["tile/2/000.p/1"][0] ^= 1;

        var report = await LedgerFsck.CheckAsync(store, signer.Verifier, null, Cancel);

        Assert.Equal((0, "tile/2/000.p/1"), (report.Problem!.Index, report.Problem.File));
    }

    private sealed class MemoryStore : ITileStore
    {
        public Dictionary<string, byte[]> Files { get; } = [];

        public ValueTask<byte[]?> ReadAsync(string path, int limit, CancellationToken cancel) => ValueTask.FromResult(Files.GetValueOrDefault(path));

        public ValueTask CreateAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            Assert.True(!Files.TryGetValue(path, out var present) || present.AsSpan().SequenceEqual(bytes.Span), $"{path} written with other bytes");
            Files[path] = bytes.ToArray();
            return ValueTask.CompletedTask;
        }

        public ValueTask ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            Files[path] = bytes.ToArray();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>All entries are pending from the start.</summary>
    private sealed class MemoryJournal(int lastSize = Size) : ILedgerJournal
    {
        private static readonly byte[] Genesis = TestLog.Entry(0).ToBytes();
        private static readonly TreeHash[] Leaves = [.. Enumerable.Range(0, Size).Select(i => TreeHash.OfLeaf(Entry(i)))];

        private RightEdge _head = RightEdge.Empty;

        public void SequenceAll() => SequenceUpTo(Size);

        public void SequenceUpTo(int size) => _head = RightEdge.Empty.Append(Leaves.AsSpan(0, size));

        /// <summary>The same journal with nothing pending.</summary>
        public MemoryJournal Closed() => new((int)_head.Size) { _head = _head };

        public TreeHash RootAt(int size) => TreeHash.OfLeaves(Leaves.AsSpan(0, size));

        public Task<RightEdge> ReadHeadAsync(CancellationToken cancel) => Task.FromResult(_head);

        public Task<RightEdge> SequenceAsync(int limit, CancellationToken cancel) =>
            Task.FromResult(_head = _head.Append(Leaves.AsSpan((int)_head.Size, Math.Min(limit, lastSize - (int)_head.Size))));

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(long first, int count, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. Enumerable.Range((int)first, count).Select(i => (ReadOnlyMemory<byte>)Entry(i))]);

        private static byte[] Entry(int index) => index == 0 ? Genesis : Encoding.ASCII.GetBytes($$"""{"t":"note","ts":{{index}},"v":1}""");
    }
}
