using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;
using Assay.Ledger.Replay;
using Assay.Ledger.Tests.Appending;
using Assay.Testing;

namespace Assay.Ledger.Tests;

/// <summary>A log that was written once and lies in the repository for ever: every later version must read it, and write the same bytes.</summary>
public sealed class FrozenLogTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "goldens", "ledger-1000");
    private static readonly FileTileStore Log = new(Path.Combine(Folder, "ledger"));
    private static readonly NoteVerifier Key = NoteVerifier.Parse(Vectors.Vkey);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_frozen_log_is_good_and_continues_the_checkpoint_saved_on_the_way()
    {
        var seen = SignedNote.Parse(File.ReadAllBytes(Path.Combine(Folder, "seen-768.txt")));
        Assert.Null(seen.FindProblem(Key));

        var report = await LedgerFsck.CheckAsync(Log, Key, Checkpoint.Parse(seen.Text), Cancel);

        Assert.True(report.IsGood, report.Problem?.ToString());
        Assert.Equal(FrozenLog.Size, report.EntriesChecked);
    }

    [Fact]
    public async Task Every_receipt_from_the_frozen_log_is_good()
    {
        Assert.Null(Receipt.Parse(File.ReadAllBytes(Path.Combine(Folder, "receipt-500.tlog-proof"))).FindProblem(Key));
        for (var index = 0; index < FrozenLog.Size; index += 37)
        {
            Assert.Null((await Receipt.CreateAsync(Log, index, Cancel))!.FindProblem(Key));
        }
    }

    [Fact]
    public async Task The_same_entries_give_the_same_files_byte_for_byte()
    {
        using var log = new TestLog();
        using (var journal = log.OpenJournal())
        {
            journal.Append(FrozenLog.Entries);
            await TestLog.PublishAsync(journal, log.Store, Cancel);
        }

        var frozen = Path.Combine(Folder, "ledger");
        var files = log.Files();
        Assert.Equal(
            Directory.GetFiles(frozen, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(frozen, path)).Order(StringComparer.Ordinal),
            files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(frozen, file.Key)), file.Value));
    }

    [Fact]
    public async Task Its_leaderboard_replays_to_the_same_figures()
    {
        var boards = new StandingBoards();
        await foreach (var (index, entry) in new LogEntries(Log).ReadFromAsync(0, FrozenLog.Size, Cancel))
        {
            boards.Apply(EntryTypes.Parse(entry.Span), index);
        }

        Assert.Equal(
            File.ReadAllLines(Path.Combine(Folder, "board.txt")),
            boards.Rank(new BoardId(Season: "2026-Q4")).Select(Frozen));
    }

    /// <summary>A standing as the frozen file has it: everything that orders the board or is shown of it since the first release.</summary>
    private static string Frozen(Standing standing) =>
        $"Standing {{ Account = {standing.Account}, Value = {standing.Value}, ScoreSum = {standing.ScoreSum}, ScoreCount = {standing.ScoreCount}, ReachedAt = {standing.ReachedAt}, "
        + $"Live = {standing.Live}, Accepted = {standing.Accepted}, Decided = {standing.Decided} }}";
}
