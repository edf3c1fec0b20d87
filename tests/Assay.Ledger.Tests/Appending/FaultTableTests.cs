using Assay.Ledger.Appending;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Appending;

/// <summary>Every write of the appender fails in both ways; after each, a restart from disk ends with a good log that lost nothing.</summary>
public sealed class FaultTableTests
{
    // From 254 on it crosses the end of a bundle, so that full and unfinished tiles of two levels are written.
    private const int Batch = 4;

    private static readonly TreeHash[] Leaves = [.. TestLog.Entries(0, 300).Select(entry => TreeHash.OfLeaf(entry.ToBytes()))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each write of a store or a journal: n is counted over both, so that every one is reached.</summary>
    [Theory]
    [InlineData(0, false, 6)]
    [InlineData(0, true, 6)]
    [InlineData(254, false, 8)]
    [InlineData(254, true, 8)]
    public async Task A_failed_write_loses_nothing_and_never_gives_two_roots_for_one_size(int start, bool persisted, int writes)
    {
        using var begun = await BeginAsync(start);
        var reached = 0;
        for (var n = 0; ; n++)
        {
            var faults = new Faults(n, persisted);
            using var log = begun.Copy();
            var roots = new Dictionary<long, TreeHash>();
            await RunAsync(log, start, journal => new FaultyJournal(journal, faults), new FaultyTileStore(log.Store, faults), roots);
            await AssertWholeAsync(log, start, roots);
            if (!faults.Happened)
            {
                break;
            }

            reached++;
        }

        Assert.Equal(writes, reached);
    }

    /// <summary>Each step below one write: temporary file, fsync, rename, fsync of the folder.</summary>
    [Theory]
    [InlineData(0, 40)]
    [InlineData(254, 52)]
    public async Task A_failed_step_inside_a_write_loses_nothing_and_leaves_no_temporary_file(int start, int steps)
    {
        using var begun = await BeginAsync(start);
        var reached = 0;
        for (var n = 0; ; n++)
        {
            var faults = new Faults(n, persisted: false);
            using var log = begun.Copy();
            var roots = new Dictionary<long, TreeHash>();
            var files = new DurableFiles(_ => faults.Before());
            await RunAsync(log, start, journal => journal, new FileTileStore(log.Folder, files), roots, files);
            await AssertWholeAsync(log, start, roots);
            Assert.DoesNotContain(log.Files().Keys, path => path.EndsWith(".tmp", StringComparison.Ordinal));
            if (!faults.Happened)
            {
                break;
            }

            reached++;
        }

        Assert.Equal(steps, reached);
    }

    [Fact]
    public void Temporary_files_of_a_killed_process_are_swept()
    {
        using var log = new TestLog();
        Directory.CreateDirectory(Path.Combine(log.Folder, "tile", "0"));
        File.WriteAllText(Path.Combine(log.Folder, ".checkpoint.0123.tmp"), "torn");
        File.WriteAllText(Path.Combine(log.Folder, "tile", "0", ".000.0123.tmp"), "torn");

        Assert.Equal(2, log.Store.Sweep());

        Assert.Empty(log.Files());
    }

    [Fact]
    public async Task The_same_appender_goes_on_after_a_failed_call()
    {
        using var log = new TestLog();
        using var signer = Vectors.Signer();
        using var journal = log.OpenJournal();
        var failing = true;
        using var appender = new LedgerAppender(journal, new FileTileStore(log.Folder, new DurableFiles(_ => failing = failing ? throw new IOException("no space left") : false)), signer);
        journal.Append(TestLog.Entries(0, 3));

        await Assert.ThrowsAsync<IOException>(() => appender.AppendAsync(Cancel));
        failing = false;

        Assert.Equal(3, await appender.AppendAsync(Cancel));
        Assert.True((await log.CheckAsync(Cancel)).IsGood);
    }

    private static async Task<TestLog> BeginAsync(int size)
    {
        var log = new TestLog();
        if (size > 0)
        {
            await log.GrowAsync(0, size, Cancel);
        }

        return log;
    }

    /// <summary>Acknowledges and publishes one batch and then another; on a failure everything is opened again from disk, with the fault gone.</summary>
    private static async Task RunAsync(
        TestLog log, int start, Func<FileLedgerJournal, ILedgerJournal> wrap, ITileStore store, Dictionary<long, TreeHash> roots, DurableFiles? files = null)
    {
        try
        {
            using var journal = FileLedgerJournal.Open(log.JournalFolder, 10_000, files ?? new DurableFiles());
            journal.Append(TestLog.Entries(start, Batch));
            await TestLog.PublishAsync(wrap(journal), store, Cancel);
        }
        catch (IOException)
        {
            await RememberAsync(log, roots);
            await AgainAsync(log, start);
        }

        await RememberAsync(log, roots);
        await log.GrowAsync(start + Batch, Batch, Cancel);
        await RememberAsync(log, roots);
    }

    /// <summary>What a client with an idempotency key does: it sends again only what is not there.</summary>
    private static async Task AgainAsync(TestLog log, int start)
    {
        using var journal = log.OpenJournal();
        if ((await journal.ReadHeadAsync(Cancel)).Size + journal.Pending == start)
        {
            journal.Append(TestLog.Entries(start, Batch));
        }

        await TestLog.PublishAsync(journal, log.Store, Cancel);
    }

    private static async Task RememberAsync(TestLog log, Dictionary<long, TreeHash> roots)
    {
        if (File.Exists(Path.Combine(log.Folder, "checkpoint")))
        {
            var checkpoint = await log.CheckpointAsync(Cancel);
            Assert.True(roots.TryAdd(checkpoint.Size, checkpoint.Root) || roots[checkpoint.Size] == checkpoint.Root, $"two roots of size {checkpoint.Size}");
        }
    }

    private static async Task AssertWholeAsync(TestLog log, int start, Dictionary<long, TreeHash> roots)
    {
        var report = await log.CheckAsync(Cancel);
        var size = start + (2 * Batch);
        Assert.True(report.IsGood, report.Problem?.ToString());
        Assert.Equal(size, report.EntriesChecked);
        Assert.All(roots, root => Assert.Equal(TreeHash.OfLeaves(Leaves.AsSpan(0, (int)root.Key)), root.Value));
    }

    /// <summary>Lets the n-th write fail, before or after it took effect, and every later one of the same process too.</summary>
    private sealed class Faults(int n, bool persisted)
    {
        private int _writes;

        public bool Happened => _writes > n;

        public void Before()
        {
            if (++_writes > n && !(persisted && _writes == n + 1))
            {
                throw new IOException($"write {_writes} failed, not persisted");
            }
        }

        public void After()
        {
            if (_writes > n)
            {
                throw new IOException($"write {_writes} failed, but persisted");
            }
        }
    }

    private sealed class FaultyJournal(ILedgerJournal inner, Faults faults) : ILedgerJournal
    {
        public Task<RightEdge> ReadHeadAsync(CancellationToken cancel) => inner.ReadHeadAsync(cancel);

        public async Task<RightEdge> SequenceAsync(int limit, CancellationToken cancel)
        {
            faults.Before();
            var head = await inner.SequenceAsync(limit, cancel);
            faults.After();
            return head;
        }

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(long first, int count, CancellationToken cancel) => inner.ReadAsync(first, count, cancel);
    }

    private sealed class FaultyTileStore(ITileStore inner, Faults faults) : ITileStore
    {
        public ValueTask<byte[]?> ReadAsync(string path, int limit, CancellationToken cancel) => inner.ReadAsync(path, limit, cancel);

        public async ValueTask CreateAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            faults.Before();
            await inner.CreateAsync(path, bytes, cancel);
            faults.After();
        }

        public async ValueTask ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            faults.Before();
            await inner.ReplaceAsync(path, bytes, cancel);
            faults.After();
        }
    }
}
