using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;

namespace Assay.Ledger.Tests.Appending;

/// <summary>A log on disk that tests write to, break, and open again.</summary>
internal sealed class TestLog : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("assay-log-").FullName;

    public string Folder => Path.Combine(_root, "ledger");

    public string JournalFolder => Path.Combine(_root, "journal");

    public FileTileStore Store => new(Folder);

    public NoteVerifier Key { get; } = NoteVerifier.Parse(Vectors.Vkey);

    /// <summary>The genesis entry and then verdict-like small entries; entry i is always the same.</summary>
    public static LedgerEntry Entry(long index) => index == 0
        ? new GenesisEntry(Vectors.Origin, Vectors.Vkey, new string('0', 64), "0.1.0") { Timestamp = 1 }
        : new CommitEntry($"a_{index:x16}", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(index)))) { Timestamp = index + 1 };

    public static LedgerEntry[] Entries(long first, int count) => [.. Enumerable.Range(0, count).Select(i => Entry(first + i))];

    public FileLedgerJournal OpenJournal(int maxPending = 10_000) => FileLedgerJournal.Open(JournalFolder, maxPending);

    /// <summary>Appends entries first … first + count − 1 and publishes them.</summary>
    public async Task GrowAsync(long first, int count, CancellationToken cancel)
    {
        using var journal = OpenJournal();
        journal.Append(Entries(first, count));
        await PublishAsync(journal, Store, cancel);
    }

    /// <summary>Calls an appender of its own until nothing is pending.</summary>
    public static async Task PublishAsync(ILedgerJournal journal, ITileStore store, CancellationToken cancel)
    {
        using var signer = Vectors.Signer();
        using var appender = new LedgerAppender(journal, store, signer);
        while (await appender.AppendAsync(cancel) >= LedgerAppender.BatchLimit)
        {
        }
    }

    public Task<LedgerReport> CheckAsync(CancellationToken cancel, Checkpoint? seen = null) => LedgerFsck.CheckAsync(Store, Key, seen, cancel);

    public async Task<Checkpoint> CheckpointAsync(CancellationToken cancel) => (await new LogEntries(Store).CheckpointAsync(cancel))!.Value.Checkpoint;

    /// <summary>The same log and journal in a folder of their own.</summary>
    public TestLog Copy()
    {
        var copy = new TestLog();
        foreach (var path in Directory.GetFiles(_root, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy._root, Path.GetRelativePath(_root, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        return copy;
    }

    /// <summary>All files of the log and their bytes, by path.</summary>
    public Dictionary<string, byte[]> Files() => Directory.GetFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .ToDictionary(path => Path.GetRelativePath(Folder, path), File.ReadAllBytes);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
