namespace Assay.Ledger.Tests.Appending;

public sealed class FileTileStoreTests : IDisposable
{
    private readonly TestLog _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_file_that_never_changes_can_be_written_again_but_not_differently()
    {
        var store = _log.Store;
        await store.CreateAsync("tile/0/000", "one"u8.ToArray(), Cancel);
        await store.CreateAsync("tile/0/000", "one"u8.ToArray(), Cancel);

        var e = await Assert.ThrowsAsync<LedgerCorruptException>(async () => await store.CreateAsync("tile/0/000", "two"u8.ToArray(), Cancel));

        Assert.Contains("tile/0/000", e.Message, StringComparison.Ordinal);
        Assert.Equal("one"u8.ToArray(), await store.ReadAsync("tile/0/000", 3, Cancel));
    }

    [Fact]
    public async Task Only_the_checkpoint_is_replaced()
    {
        var store = _log.Store;
        await store.ReplaceAsync("checkpoint", "one"u8.ToArray(), Cancel);
        await store.ReplaceAsync("checkpoint", "two"u8.ToArray(), Cancel);

        Assert.Equal("two"u8.ToArray(), await store.ReadAsync("checkpoint", 3, Cancel));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_what_is_too_long_is_refused()
    {
        var store = _log.Store;
        await store.ReplaceAsync("checkpoint", "four"u8.ToArray(), Cancel);

        Assert.Null(await store.ReadAsync("vkey", 3, Cancel));
        Assert.Null(await store.ReadAsync("tile/entries/000", 3, Cancel));
        await Assert.ThrowsAsync<LedgerFormatException>(async () => await store.ReadAsync("checkpoint", 3, Cancel));
    }

    [Theory]
    [InlineData("../journal/head")]
    [InlineData("/etc/passwd")]
    [InlineData("tile/0/../../../x")]
    [InlineData("Checkpoint")]
    public async Task A_path_that_no_log_has_is_a_mistake(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.Store.ReadAsync(path, 3, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.Store.ReplaceAsync(path, "x"u8.ToArray(), Cancel));
    }
}
