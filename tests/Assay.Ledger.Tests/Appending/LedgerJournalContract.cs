using Assay.Ledger.Appending;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Appending;

/// <summary>What every <see cref="ILedgerJournal"/> guarantees. A test class per kind of journal derives from this; this file is linked, not copied.</summary>
public abstract class LedgerJournalContract
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A journal that can be closed, opened again on the same storage, and given acknowledged entries.</summary>
    public interface IStorage : IAsyncDisposable
    {
        /// <summary>The journal as it is open now.</summary>
        ILedgerJournal Journal { get; }

        /// <summary>Puts entries in as pending, in one business transaction; acknowledged on return.</summary>
        Task AppendAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel);

        /// <summary>Closes everything and opens it again, as after a restart.</summary>
        Task ReopenAsync(CancellationToken cancel);
    }

    /// <summary>Makes empty storage.</summary>
    protected abstract Task<IStorage> CreateAsync(CancellationToken cancel);

    [Fact]
    public async Task An_empty_journal_has_the_empty_head()
    {
        await using var storage = await CreateAsync(Cancel);

        AssertHead(RightEdge.Empty, await storage.Journal.ReadHeadAsync(Cancel));
        AssertHead(RightEdge.Empty, await storage.Journal.SequenceAsync(256, Cancel));
    }

    [Fact]
    public async Task Pending_entries_have_no_index_until_they_are_sequenced()
    {
        await using var storage = await CreateAsync(Cancel);
        await storage.AppendAsync(Entries(0, 3), Cancel);

        Assert.Equal(0, (await storage.Journal.ReadHeadAsync(Cancel)).Size);
        Assert.Equal(3, (await storage.Journal.SequenceAsync(256, Cancel)).Size);
        Assert.Equal(3, (await storage.Journal.ReadHeadAsync(Cancel)).Size);
    }

    [Fact]
    public async Task Entries_get_their_indices_in_commit_order_and_at_most_as_many_as_asked()
    {
        await using var storage = await CreateAsync(Cancel);
        await storage.AppendAsync(Entries(0, 2), Cancel);
        await storage.AppendAsync(Entries(2, 3), Cancel);

        Assert.Equal(4, (await storage.Journal.SequenceAsync(4, Cancel)).Size);
        AssertHead(Head(5), await storage.Journal.SequenceAsync(4, Cancel));
        Assert.Equal(Bytes(0, 5), (await storage.Journal.ReadAsync(0, 5, Cancel)).Select(entry => entry.ToArray()));
        Assert.Equal(Bytes(3, 1), (await storage.Journal.ReadAsync(3, 1, Cancel)).Select(entry => entry.ToArray()));
    }

    [Fact]
    public async Task A_restart_loses_neither_head_nor_entries_nor_what_is_pending()
    {
        await using var storage = await CreateAsync(Cancel);
        await storage.AppendAsync(Entries(0, 300), Cancel);
        await storage.Journal.SequenceAsync(256, Cancel);

        await storage.ReopenAsync(Cancel);

        AssertHead(Head(256), await storage.Journal.ReadHeadAsync(Cancel));
        await storage.AppendAsync(Entries(300, 1), Cancel);
        AssertHead(Head(301), await storage.Journal.SequenceAsync(256, Cancel));
        await storage.ReopenAsync(Cancel);
        Assert.Equal(Bytes(0, 301), (await storage.Journal.ReadAsync(0, 301, Cancel)).Select(entry => entry.ToArray()));
    }

    [Fact]
    public async Task An_entry_is_sequenced_once_however_often_the_journal_is_asked()
    {
        await using var storage = await CreateAsync(Cancel);
        await storage.AppendAsync(Entries(0, 5), Cancel);

        for (var i = 0; i < 5; i++)
        {
            await storage.Journal.SequenceAsync(2, Cancel);
            await storage.ReopenAsync(Cancel);
        }

        AssertHead(Head(5), await storage.Journal.ReadHeadAsync(Cancel));
    }

    [Fact]
    public async Task Entries_as_long_as_a_bundle_can_carry_and_text_in_any_script_come_back_unchanged()
    {
        await using var storage = await CreateAsync(Cancel);
        LedgerEntry[] entries =
        [
            new DatanetEntry("d_0000000000000000", 1, "text", "open", new string('0', 64), [.. Enumerable.Repeat(new string('x', 1000), 64)], "a_0000000000000000", Convert.ToBase64String(new byte[64])) { Timestamp = 1 },
            new RemoveEntry(0, RemoveEntry.Takedown, "требование · 要求 · é \" \\ \n", "a_0000000000000000") { Timestamp = 2 },
        ];
        await storage.AppendAsync(entries, Cancel);
        await storage.Journal.SequenceAsync(256, Cancel);
        await storage.ReopenAsync(Cancel);

        var read = await storage.Journal.ReadAsync(0, 2, Cancel);

        Assert.Equal(entries.Select(entry => entry.ToBytes()), read.Select(entry => entry.ToArray()));
    }

    private static LedgerEntry[] Entries(long first, int count) => [.. Enumerable.Range(0, count).Select(i => new CommitEntry($"a_{first + i:x16}", new string('a', 64)) { Timestamp = first + i + 1 })];

    private static IEnumerable<byte[]> Bytes(long first, int count) => Entries(first, count).Select(entry => entry.ToBytes());

    private static RightEdge Head(int size) => Entries(0, size).Aggregate(RightEdge.Empty, (head, entry) => head.Append(entry.ToBytes()));

    private static void AssertHead(RightEdge expected, RightEdge actual)
    {
        Assert.Equal(expected.Size, actual.Size);
        Assert.Equal(expected.Root, actual.Root);
    }
}
