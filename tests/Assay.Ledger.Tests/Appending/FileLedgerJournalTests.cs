using Assay.Ledger.Appending;
using Assay.Ledger.Entries;

namespace Assay.Ledger.Tests.Appending;

public sealed class FileLedgerJournalTests : LedgerJournalContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-journal-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override Task<IStorage> CreateAsync(CancellationToken cancel) => Task.FromResult<IStorage>(new FileStorage(_folder));

    [Fact]
    public async Task A_frame_that_a_crash_left_half_written_is_cut_off_at_any_length()
    {
        using (var journal = FileLedgerJournal.Open(_folder))
        {
            journal.Append(TestLog.Entries(0, 2));
            await journal.SequenceAsync(1, Cancel);
        }

        var path = Path.Combine(_folder, "entries");
        var bytes = File.ReadAllBytes(path);
        var first = 10 + TestLog.Entry(0).ToBytes().Length;
        for (var length = first; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            using (var journal = FileLedgerJournal.Open(_folder))
            {
                journal.Append(TestLog.Entries(1, 1));
            }

            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public async Task A_damaged_sequenced_entry_is_named()
    {
        using (var journal = FileLedgerJournal.Open(_folder))
        {
            journal.Append(TestLog.Entries(0, 3));
            await journal.SequenceAsync(3, Cancel);
        }

        var path = Path.Combine(_folder, "entries");
        var bytes = File.ReadAllBytes(path);
        bytes[10 + TestLog.Entry(0).ToBytes().Length + 20] ^= 1;
        File.WriteAllBytes(path, bytes);

        var e = Assert.Throws<LedgerCorruptException>(() => FileLedgerJournal.Open(_folder));

        Assert.Contains("entry 1 is missing or damaged", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_head_is_not_believed()
    {
        using (var journal = FileLedgerJournal.Open(_folder))
        {
            journal.Append(TestLog.Entries(0, 3));
            await journal.SequenceAsync(3, Cancel);
        }

        var path = Path.Combine(_folder, "head");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Throws<LedgerCorruptException>(() => FileLedgerJournal.Open(_folder));
    }

    [Fact]
    public void Too_many_pending_entries_are_refused_and_nothing_of_them_is_kept()
    {
        using var journal = FileLedgerJournal.Open(_folder, maxPending: 3);
        journal.Append(TestLog.Entries(0, 2));

        var e = Assert.Throws<LedgerOverloadedException>(() => journal.Append(TestLog.Entries(2, 2)));

        Assert.True(e.RetryAfter > TimeSpan.Zero);
        journal.Append(TestLog.Entries(2, 1));
    }

    [Fact]
    public void A_second_process_cannot_open_the_same_journal()
    {
        using var journal = FileLedgerJournal.Open(_folder);

        Assert.ThrowsAny<IOException>(() => FileLedgerJournal.Open(_folder));
    }

    private sealed class FileStorage(string folder) : IStorage
    {
        private FileLedgerJournal _journal = FileLedgerJournal.Open(folder);

        public ILedgerJournal Journal => _journal;

        public Task AppendAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel)
        {
            _journal.Append(entries);
            return Task.CompletedTask;
        }

        public Task ReopenAsync(CancellationToken cancel)
        {
            _journal.Dispose();
            _journal = FileLedgerJournal.Open(folder);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            _journal.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
