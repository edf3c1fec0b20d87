using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;

namespace Assay.Ledger.Tests.Appending;

public sealed class LedgerAppenderTests : IDisposable
{
    private readonly TestLog _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Entries_are_published_in_the_order_they_were_acknowledged()
    {
        await _log.GrowAsync(0, 300, Cancel);
        await _log.GrowAsync(300, 1, Cancel);

        var read = new List<LedgerEntry>();
        await foreach (var (_, entry) in new LogEntries(_log.Store).ReadFromAsync(0, 301, Cancel))
        {
            read.Add(EntryTypes.Parse(entry.Span));
        }

        Assert.Equal(TestLog.Entries(0, 301), read);
        var report = await _log.CheckAsync(Cancel);
        Assert.True(report.IsGood, report.Problem?.Reason);
        Assert.Equal(301, report.EntriesChecked);
    }

    [Fact]
    public async Task The_files_are_those_of_tlog_tiles()
    {
        await _log.GrowAsync(0, 256, Cancel);
        await _log.GrowAsync(256, 1, Cancel);

        Assert.Equal(
            ["checkpoint", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1", "vkey"],
            _log.Files().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Vectors.Vkey + "\n", File.ReadAllText(Path.Combine(_log.Folder, "vkey")));
    }

    [Fact]
    public async Task A_log_without_entries_has_a_signed_checkpoint_of_size_0()
    {
        using var journal = _log.OpenJournal();
        await TestLog.PublishAsync(journal, _log.Store, Cancel);

        Assert.Equal(0, (await _log.CheckpointAsync(Cancel)).Size);
        Assert.True((await _log.CheckAsync(Cancel)).IsGood);
    }

    [Fact]
    public async Task One_call_takes_at_most_256_entries()
    {
        using var signer = Vectors.Signer();
        using var journal = _log.OpenJournal();
        using var appender = new LedgerAppender(journal, _log.Store, signer);
        journal.Append(TestLog.Entries(0, 300));

        Assert.Equal(256, await appender.AppendAsync(Cancel));
        Assert.Equal(256, appender.Published!.Size);
        Assert.Equal(44, await appender.AppendAsync(Cancel));
        Assert.Equal(0, await appender.AppendAsync(Cancel));
    }

    [Fact]
    public async Task However_the_entries_came_in_the_files_of_one_size_are_the_same()
    {
        using var other = new TestLog();
        await _log.GrowAsync(0, 520, Cancel);
        for (var first = 0; first < 520; first += 65)
        {
            await other.GrowAsync(first, 65, Cancel);
        }

        var (once, often) = (_log.Files(), other.Files());
        foreach (var path in once.Keys)
        {
            Assert.Equal(once[path], often[path]);
        }
    }

    [Fact]
    public async Task Tiles_are_redone_from_the_journal_byte_for_byte()
    {
        await _log.GrowAsync(0, 5000, Cancel);
        var before = _log.Files();
        Directory.Delete(_log.Folder, recursive: true);

        using var journal = _log.OpenJournal();
        await TestLog.PublishAsync(journal, _log.Store, Cancel);

        var after = _log.Files();
        Assert.True(after.Count > 40);
        Assert.All(after.Keys, path => Assert.Equal(before[path], after[path]));
    }

    [Fact]
    public async Task A_journal_that_was_rolled_back_stops_the_appender()
    {
        await _log.GrowAsync(0, 10, Cancel);
        Directory.Delete(_log.JournalFolder, recursive: true);

        var e = await Assert.ThrowsAsync<LedgerCorruptException>(() => _log.GrowAsync(0, 5, Cancel));

        Assert.Contains("rolled back", e.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await _log.CheckpointAsync(Cancel)).Size);
    }

    [Fact]
    public async Task A_replaced_journal_of_the_same_size_stops_the_appender()
    {
        await _log.GrowAsync(0, 10, Cancel);
        Directory.Delete(_log.JournalFolder, recursive: true);
        using var journal = _log.OpenJournal();
        journal.Append(TestLog.Entries(100, 10));
        await journal.SequenceAsync(256, Cancel);

        await Assert.ThrowsAsync<LedgerCorruptException>(() => TestLog.PublishAsync(journal, _log.Store, Cancel));

        Assert.True((await _log.CheckAsync(Cancel)).IsGood);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("vkey")]
    [InlineData("tile/0/001.p/4")]
    [InlineData("tile/1/000.p/1")]
    public async Task A_changed_file_stops_the_appender_before_it_signs(string path)
    {
        await _log.GrowAsync(0, 260, Cancel);
        var full = Path.Combine(_log.Folder, path);
        var bytes = File.ReadAllBytes(full);
        bytes[10] ^= 1;
        File.WriteAllBytes(full, bytes);
        var checkpoint = File.ReadAllBytes(Path.Combine(_log.Folder, "checkpoint"));

        await Assert.ThrowsAsync<LedgerCorruptException>(() => _log.GrowAsync(260, 1, Cancel));

        Assert.Equal(checkpoint, File.ReadAllBytes(Path.Combine(_log.Folder, "checkpoint")));
    }

    [Fact]
    public async Task A_log_of_another_key_is_not_continued()
    {
        await _log.GrowAsync(0, 3, Cancel);
        using var journal = _log.OpenJournal();
        using var stranger = NoteSigner.FromSeed(Vectors.Origin, Vectors.Seed(0x60));
        using var appender = new LedgerAppender(journal, _log.Store, stranger);

        await Assert.ThrowsAsync<LedgerCorruptException>(() => appender.AppendAsync(Cancel));
    }

    [Fact]
    public async Task A_receipt_exists_for_every_published_entry_and_for_no_other()
    {
        await _log.GrowAsync(0, 300, Cancel);

        foreach (var index in new long[] { 0, 1, 255, 256, 299 })
        {
            var receipt = await Receipt.CreateAsync(_log.Store, index, Cancel);
            Assert.Null(Receipt.Parse(receipt!.ToBytes()).FindProblem(_log.Key));
            Assert.Equal(TestLog.Entry(index).ToBytes(), receipt.Entry.ToArray());
        }

        Assert.Null(await Receipt.CreateAsync(_log.Store, 300, Cancel));
    }
}
