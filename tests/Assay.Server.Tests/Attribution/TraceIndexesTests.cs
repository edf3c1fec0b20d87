using Assay.Data.Trace;
using Assay.Server.Attribution;

namespace Assay.Server.Tests.Attribution;

public sealed class TraceIndexesTests
{
    private readonly TraceIndexes _indexes = new();
    private int _made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_that_could_not_be_made_is_made_again()
    {
        await Assert.ThrowsAsync<IOException>(() => _indexes.GetAsync("r_1", _ => Task.FromException<TraceIndex>(new IOException("disk full")), Cancel));

        Assert.Equal("r_1", (await _indexes.GetAsync("r_1", MakeAsync, Cancel)).Snapshot);
    }

    [Fact]
    public async Task Those_who_ask_at_the_same_time_share_one()
    {
        var open = new TaskCompletionSource();
        var asked = Enumerable.Range(0, 8).Select(_ => _indexes.GetAsync("r_1", async id =>
        {
            await open.Task;
            return await MakeAsync(id);
        }, Cancel)).ToList();
        open.SetResult();

        Assert.Single((await Task.WhenAll(asked)).Distinct());
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task One_who_stops_waiting_stops_nobody_else()
    {
        var open = new TaskCompletionSource<TraceIndex>();
        using var gone = new CancellationTokenSource();
        var first = _indexes.GetAsync("r_1", _ => open.Task, gone.Token);
        var second = _indexes.GetAsync("r_1", MakeAsync, Cancel);

        await gone.CancelAsync();
        open.SetResult(await MakeAsync("shared"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("shared", (await second).Snapshot);
    }

    [Fact]
    public async Task Only_the_ones_used_last_are_kept()
    {
        for (var run = 0; run < TraceIndexes.Kept; run++)
        {
            await _indexes.GetAsync($"r_{run}", MakeAsync, Cancel);
        }

        await _indexes.GetAsync("r_0", MakeAsync, Cancel);
        await _indexes.GetAsync("r_new", MakeAsync, Cancel);
        Assert.Equal(TraceIndexes.Kept + 1, _made);

        await _indexes.GetAsync("r_0", MakeAsync, Cancel);
        Assert.Equal(TraceIndexes.Kept + 1, _made);
        await _indexes.GetAsync("r_1", MakeAsync, Cancel);
        Assert.Equal(TraceIndexes.Kept + 2, _made);
    }

    [Theory]
    [InlineData(10, 0, 4)]
    [InlineData(3, 0, 3)]
    [InlineData(0, 0, 0)]
    public void A_span_ends_with_the_text_it_is_shown_in(int shown, int start, int end) =>
        Assert.Equal((start, end), TraceAnswers.Place(new TraceSpan(0, 2, 1, 1, []), [0, 2, 4, 9], shown));

    private Task<TraceIndex> MakeAsync(string id)
    {
        Interlocked.Increment(ref _made);
        return Task.FromResult(TraceIndex.Build(id, new string('0', 64), 10, []));
    }
}
