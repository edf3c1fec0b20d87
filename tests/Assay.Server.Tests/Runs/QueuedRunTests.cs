using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Runs;

namespace Assay.Server.Tests.Runs;

/// <summary>Runs that wait: their order, pausing and removal, without any worker.</summary>
public sealed class QueuedRunTests : IAsyncLifetime
{
    private AssayServer server = null!;
    private Frozen frozen = null!;

    public async ValueTask InitializeAsync()
    {
        server = await AssayServer.StartAsync(null, TinyBase.Setting);
        TinyBase.Write(server);
        frozen = await Frozen.MakeAsync(server);
    }

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Priority_and_then_arrival_order_the_queue()
    {
        var low = await StartAsync("Low", -5);
        var first = await StartAsync("First", 0);
        var second = await StartAsync("Second", 0);

        Assert.Equal([2, 0, 1], new[] { await PositionAsync(low), await PositionAsync(first), await PositionAsync(second) });

        await frozen.Owner.PostAsync<RunView>($"/api/v1/runs/{first}/pause", new { });
        Assert.Equal([1, null, 0], new[] { await PositionAsync(low), await PositionAsync(first), await PositionAsync(second) });
        await frozen.Owner.PostAsync<RunView>($"/api/v1/runs/{first}/resume", new { });
        Assert.Equal([2, 1, 0], new[] { await PositionAsync(low), await PositionAsync(first), await PositionAsync(second) });
    }

    [Fact]
    public async Task A_run_that_has_learnt_nothing_is_cancelled_not_stopped()
    {
        var run = await StartAsync("Waiting", 0);

        await frozen.Owner.PostAsync($"/api/v1/runs/{run}/stop", new { }).RefusedAsync(HttpStatusCode.Conflict, "nothing_learnt");
        await frozen.Owner.PostAsync($"/api/v1/runs/{run}/resume", new { }).RefusedAsync(HttpStatusCode.Conflict, "not_paused");
    }

    [Fact]
    public async Task A_paused_run_is_cancelled_when_a_file_it_uses_is_removed()
    {
        var run = await StartAsync("Paused", 0);
        await frozen.Owner.PostAsync<RunView>($"/api/v1/runs/{run}/pause", new { });
        var manifest = await frozen.Owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{frozen.Snapshot.Id}/manifest");

        await frozen.Owner.PostAsync<ContributionView>($"/api/v1/contributions/{manifest.Contributions[0].Id}/removal", new RemovalRequest("withdraw"));

        Assert.Equal("cancelled", (await frozen.Owner.GetAsync<RunView>($"/api/v1/runs/{run}")).State);
    }

    private async Task<string> StartAsync(string name, int priority) => (await frozen.Owner.PostAsync<RunView>("/api/v1/runs", frozen.Run() with { Name = name, Priority = priority })).Id;

    private async Task<int?> PositionAsync(string run) => (await frozen.Owner.GetAsync<RunView>($"/api/v1/runs/{run}")).QueuePosition;
}
