using System.Buffers.Binary;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Appending;

public sealed class LedgerFsckTests : IAsyncLifetime
{
    private const int Size = 600;

    private readonly TestLog _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _log.GrowAsync(0, Size, Cancel);

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(599)]
    public async Task A_changed_byte_in_an_entry_names_the_entry(int index)
    {
        var (path, offset) = Locate(index);
        Flip(path, offset + 30);

        await AssertFirstBadAsync(index, "its leaf hash is");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(300, 0)]
    [InlineData(300, 1)]
    [InlineData(599, 1)]
    public async Task A_changed_length_names_the_entry(int index, int which)
    {
        var (path, offset) = Locate(index);
        Flip(path, offset - 2 + which);

        await AssertFirstBadAsync(index, null);
    }

    [Fact]
    public async Task Every_entry_changed_at_a_random_byte_is_named()
    {
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            var index = random.Next(Size);
            var (path, offset) = Locate(index);
            var at = offset + random.Next(TestLog.Entry(index).ToBytes().Length);
            Flip(path, at);

            await AssertFirstBadAsync(index, null);
            Flip(path, at);
        }

        Assert.True((await _log.CheckAsync(Cancel)).IsGood);
    }

    [Fact]
    public async Task A_changed_leaf_names_its_entry()
    {
        Flip("tile/0/001", (44 * TreeHash.Length) + 5);

        await AssertFirstBadAsync(300, "its leaf hash is");
    }

    [Fact]
    public async Task An_entry_changed_together_with_its_leaf_is_found_by_the_level_above()
    {
        Forge(300);

        await AssertFirstBadAsync(256, "entries 256 to 511 do not lead to their hash on level 1");
    }

    [Fact]
    public async Task An_entry_changed_together_with_all_its_tiles_is_found_by_the_signed_root()
    {
        Forge(599);

        var report = await _log.CheckAsync(Cancel);

        Assert.Null(report.Problem!.Index);
        Assert.Contains("entries were changed together with their tiles", report.Problem.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tile/entries/001", 256)]
    [InlineData("tile/0/002.p/88", 512)]
    [InlineData("tile/1/000.p/2", 0)]
    public async Task A_missing_file_names_the_first_entry_that_needs_it(string path, int index)
    {
        File.Delete(Full(path));

        await AssertFirstBadAsync(index, "missing");
    }

    [Theory]
    [InlineData("tile/entries/001", 511)]
    [InlineData("tile/0/001", 256)]
    [InlineData("tile/1/000.p/2", 0)]
    public async Task A_byte_too_many_is_found(string path, int index)
    {
        File.AppendAllText(Full(path), "x");

        await AssertFirstBadAsync(index, null);
    }

    [Fact]
    public async Task A_removed_entry_names_the_place_where_the_log_first_differs()
    {
        var (path, offset) = Locate(300);
        var bytes = File.ReadAllBytes(Full(path));
        var length = 2 + TestLog.Entry(300).ToBytes().Length;
        File.WriteAllBytes(Full(path), [.. bytes[..(offset - 2)], .. bytes[(offset - 2 + length)..]]);

        await AssertFirstBadAsync(300, "its leaf hash is");
    }

    [Fact]
    public async Task Two_exchanged_entries_name_the_first_of_them()
    {
        var (path, first) = Locate(300);
        var (_, second) = Locate(301);
        var bytes = File.ReadAllBytes(Full(path));
        var length = second - first;
        bytes = [.. bytes[..(first - 2)], .. bytes[(second - 2)..(second - 2 + length)], .. bytes[(first - 2)..(second - 2)], .. bytes[(second - 2 + length)..]];
        File.WriteAllBytes(Full(path), bytes);

        await AssertFirstBadAsync(300, "its leaf hash is");
    }

    [Fact]
    public async Task A_log_that_signed_what_is_not_an_entry_is_bad_at_that_entry()
    {
        using var log = new TestLog();
        using (var journal = log.OpenJournal())
        {
            journal.AppendBytes([TestLog.Entry(0).ToBytes(), """{"t": "spaced"}"""u8.ToArray()]);
            await TestLog.PublishAsync(journal, log.Store, Cancel);
        }

        var report = await log.CheckAsync(Cancel);

        Assert.Equal(1, report.Problem!.Index);
        Assert.Contains("it is not an entry", report.Problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_begins_with_its_own_genesis()
    {
        using var log = new TestLog();
        using (var journal = log.OpenJournal())
        {
            journal.Append(TestLog.Entries(5, 1));
            await TestLog.PublishAsync(journal, log.Store, Cancel);
        }

        Assert.Contains("'genesis', not 'commit'", (await log.CheckAsync(Cancel)).Problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rewritten_history_is_told_from_the_one_seen_before()
    {
        var seen = await _log.CheckpointAsync(Cancel);
        using var other = new TestLog();
        using (var journal = other.OpenJournal())
        {
            var entries = TestLog.Entries(0, Size + 10);
            entries[300] = TestLog.Entry(9999);
            journal.Append(entries);
            await TestLog.PublishAsync(journal, other.Store, Cancel);
        }

        Assert.True((await other.CheckAsync(Cancel)).IsGood);
        Assert.Contains("history was rewritten", (await other.CheckAsync(Cancel, seen)).Problem!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(599)]
    [InlineData(600)]
    public async Task A_log_that_only_grew_is_consistent_with_every_size_seen_before(int size)
    {
        TreeHash[] leaves = [.. TestLog.Entries(0, size).Select(entry => TreeHash.OfLeaf(entry.ToBytes()))];

        Assert.True((await _log.CheckAsync(Cancel, new Checkpoint(Vectors.Origin, size, TreeHash.OfLeaves(leaves)))).IsGood);
        Assert.False((await _log.CheckAsync(Cancel, new Checkpoint(Vectors.Origin, size, TreeHash.Empty))).IsGood);
    }

    [Fact]
    public async Task A_log_shorter_than_the_one_seen_before_was_cut()
    {
        var report = await _log.CheckAsync(Cancel, new Checkpoint(Vectors.Origin, Size + 1, TreeHash.Empty));

        Assert.Contains("fewer than the 601 seen before", report.Problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_checkpoint_is_no_log_and_says_so()
    {
        File.Delete(Full("checkpoint"));

        await Assert.ThrowsAsync<FileNotFoundException>(() => _log.CheckAsync(Cancel));
    }

    private async Task AssertFirstBadAsync(int index, string? reason)
    {
        var report = await _log.CheckAsync(Cancel);

        Assert.NotNull(report.Problem);
        Assert.Equal(index, report.Problem.Index);
        Assert.Contains(reason ?? "", report.Problem.Reason, StringComparison.Ordinal);
    }

    private string Full(string path) => Path.Combine(_log.Folder, path);

    private void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(Full(path));
        bytes[at] ^= 1;
        File.WriteAllBytes(Full(path), bytes);
    }

    /// <summary>The bundle of an entry, and where the entry begins in it.</summary>
    private (string Path, int Offset) Locate(int index)
    {
        var path = TilePath.Holding(TilePath.EntriesLevel, index, Size).ToString();
        var bytes = File.ReadAllBytes(Full(path));
        var offset = 2;
        for (var skip = index % TilePath.FullWidth; skip > 0; skip--)
        {
            offset += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset - 2));
        }

        return (path, offset);
    }

    /// <summary>Puts another entry of the same length in its place, and its hash in the tile.</summary>
    private void Forge(int index)
    {
        var (path, offset) = Locate(index);
        var forged = ((CommitEntry)TestLog.Entry(index) with { Hash = new string('f', 64) }).ToBytes();
        var bytes = File.ReadAllBytes(Full(path));
        forged.CopyTo(bytes, offset);
        File.WriteAllBytes(Full(path), bytes);
        var tile = Full(TilePath.Holding(0, index, Size).ToString());
        bytes = File.ReadAllBytes(tile);
        TreeHash.OfLeaf(forged).CopyTo(bytes.AsSpan(index % TilePath.FullWidth * TreeHash.Length));
        File.WriteAllBytes(tile, bytes);
    }
}
