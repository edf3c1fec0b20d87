using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Models;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Server.Runs;
using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Jobs;

namespace Assay.Server.Tests.Runs;

/// <summary>A run from start to end, with the test in the worker's place.</summary>
public sealed class RunLifeTests(RunLifeTests.Trainable trainable) : IClassFixture<RunLifeTests.Trainable>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AssayServer Server => trainable.Server;

    [Fact]
    public async Task A_run_needs_access_and_legal_settings_and_something_to_train()
    {
        var stranger = await Server.JoinAsync();
        var run = trainable.Frozen.Run();

        await stranger.PostAsync("/api/v1/runs", run).RefusedAsync(HttpStatusCode.Forbidden, "no_access");
        var owner = trainable.Frozen.Owner;
        await owner.PostAsync("/api/v1/runs", run with { Base = "none" }).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await owner.PostAsync("/api/v1/runs", run with { Snapshots = ["s_0000000000000000"] }).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await owner.PostAsync("/api/v1/runs", run with { Snapshots = [] }).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync("/api/v1/runs", run with { Name = " " }).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync("/api/v1/runs", run with { Settings = run.Settings! with { Rank = 0 } }).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync("/api/v1/runs", run with { StartFrom = "r_0000000000000000" }).RefusedAsync(HttpStatusCode.Conflict, "start_from");
        Assert.Empty((await stranger.GetAsync<Page<RunView>>("/api/v1/runs")).Items);
    }

    [Fact]
    public async Task A_queued_run_is_cancelled_at_once_and_its_job_is_never_given_out()
    {
        var owner = trainable.Frozen.Owner;
        var run = await owner.PostAsync<RunView>("/api/v1/runs", trainable.Frozen.Run());
        Assert.Equal("queued", run.State);

        Assert.Equal("cancelled", (await owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/cancel", new { })).State);

        await owner.PostAsync($"/api/v1/runs/{run.Id}/cancel", new { }).RefusedAsync(HttpStatusCode.Conflict, "ended");
        Assert.Null(await Server.Get<JobQueue>().LeaseAsync("train", "late", Cancel));
    }

    [Fact]
    public async Task The_worker_gets_disjoint_records_and_only_the_holder_of_the_lease_ends_the_run()
    {
        var owner = trainable.Frozen.Owner;
        var run = await owner.PostAsync<RunView>("/api/v1/runs", trainable.Frozen.Run());
        using var worker = Server.Worker($"w-{run.Id}");
        var lease = (await worker.NextAsync("train", Cancel))!;
        var payload = lease.Payload.Deserialize<TrainPayload>(AssayJson.Options)!;
        Assert.Equal(run.Id, payload.RunId);
        Assert.Equal((run.TrainRecords, run.HoldOutRecords), (payload.Train.Count, payload.HoldOut.Count));
        Assert.NotEmpty(payload.HoldOut);
        Assert.Empty(payload.Train.Select(record => record.Id).Intersect(payload.HoldOut.Select(record => record.Id)));

        var stale = lease with { Token = lease.Token - 1 };
        Assert.False(await worker.ProgressAsync(stale, new TrainProgress("running", 4, [new RunPoint(1, 9.0)]), Cancel));
        Assert.False(await worker.FinishedAsync(stale, Ended("succeeded"), Cancel));
        Assert.Equal("queued", (await RunAsync(owner, run.Id)).State);

        Assert.True(await worker.ProgressAsync(lease, new TrainProgress("running", 4, [new RunPoint(1, 5.5, 1e-3), new RunPoint(2, 5.25, 5e-4)]), Cancel));
        var running = await RunAsync(owner, run.Id);
        Assert.Equal(("running", 2, 4, 5.25), (running.State, running.Step, running.Steps, running.Loss));
        Directory.CreateDirectory(payload.OutputFolder);
        Assert.True(await worker.FinishedAsync(lease, Ended("succeeded"), Cancel));
        Assert.False(await worker.FinishedAsync(lease, Ended("failed"), Cancel));

        var done = await RunAsync(owner, run.Id);
        Assert.Equal(("succeeded", 4, 5.0, 4.0), (done.State, done.Step, done.BaseLoss, done.TunedLoss));
        Assert.Equal($"tiny--harbor-helper-{run.Id[2..]}", done.ModelName);
        Assert.False(Directory.Exists(payload.WorkFolder));
        var model = await owner.GetAsync<ModelView>($"/api/v1/models/{done.ModelName}");
        Assert.Equal((TinyBase.Name, run.Id), (model.Base, model.RunId));
        var again = trainable.Frozen.Run() with { StartFrom = run.Id };
        await owner.PostAsync("/api/v1/runs", again with { Settings = again.Settings! with { Rank = 8 } }).RefusedAsync(HttpStatusCode.Conflict, "start_from");
        var further = await owner.PostAsync<RunView>("/api/v1/runs", again);
        Assert.Equal((run.TrainRecords, run.HoldOutRecords), (further.TrainRecords, further.HoldOutRecords));
        await owner.PostAsync<RunView>($"/api/v1/runs/{further.Id}/cancel", new { });
        var stranger = await Server.JoinAsync();
        await stranger.Http.GetAsync(new Uri($"/api/v1/models/{done.ModelName}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await stranger.Http.GetAsync(new Uri($"/api/v1/runs/{run.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await stranger.Http.GetAsync(new Uri($"/api/v1/runs/{run.Id}/adapter/adapter_model.safetensors", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound);
        await owner.Http.GetAsync(new Uri($"/api/v1/runs/{run.Id}/adapter/..%2f..%2fassay.db", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_worker_that_dies_three_times_fails_the_run_with_a_sentence()
    {
        var owner = trainable.Frozen.Owner;
        var run = await owner.PostAsync<RunView>("/api/v1/runs", trainable.Frozen.Run());
        var jobs = Server.Get<JobQueue>();
        for (var attempt = 0; attempt < JobQueue.MaxAttempts; attempt++)
        {
            await Server.Get<JobFailures>().EndStrandedAsync(Cancel);
            Assert.Equal("queued", (await RunAsync(owner, run.Id)).State);
            Assert.Equal(run.Id, (await jobs.LeaseAsync("train", "dying", Cancel))!.Subject);
            await jobs.ReleaseAsync("dying", "the worker was killed, most likely because memory ran out", counts: true, Cancel);
        }

        await Server.Get<JobFailures>().EndStrandedAsync(Cancel);

        var failed = await RunAsync(owner, run.Id);
        Assert.Equal("failed", failed.State);
        Assert.Contains("memory ran out", failed.Failure, StringComparison.Ordinal);
        Assert.Contains("smaller batch_size", failed.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_points_continue_after_the_last_one_seen_without_a_gap()
    {
        var owner = trainable.Frozen.Owner;
        var run = await owner.PostAsync<RunView>("/api/v1/runs", trainable.Frozen.Run());
        using var worker = Server.Worker($"w-{run.Id}");
        var lease = (await worker.NextAsync("train", Cancel))!;
        for (var step = 1; step <= 5; step++)
        {
            await worker.ProgressAsync(lease, new TrainProgress("running", 10, [new RunPoint(step, 10.0 - step)]), Cancel);
        }

        var first = await EventsAsync(owner, run.Id, after: null, count: 3);
        Assert.Equal([1, 2, 3], first.Select(StepOf));
        var rest = EventsAsync(owner, run.Id, after: first[^1].EventId, count: 5);
        for (var step = 6; step <= 7; step++)
        {
            await worker.ProgressAsync(lease, new TrainProgress("running", 10, [new RunPoint(step, 10.0 - step)]), Cancel);
        }

        await worker.FinishedAsync(lease, Ended("cancelled"), Cancel);
        var seen = await rest;
        Assert.Equal([4, 5, 6, 7], seen.Take(4).Select(StepOf));
        Assert.Equal("cancelled", JsonSerializer.Deserialize<RunPoint>(seen[4].Data, AssayJson.Options)!.Message);
        Assert.Equal("end", (await EventsAsync(owner, run.Id, seen[4].EventId, 1))[0].EventType);
        Assert.Equal(8, (await owner.GetAsync<List<RunPoint>>($"/api/v1/runs/{run.Id}/points")).Count);
    }

    [Theory]
    [InlineData("Harbor helper", "tiny--harbor-helper-abcdef0123456789")]
    [InlineData("--- !!! ---", "tiny--abcdef0123456789")]
    [InlineData("Ünïcode 漢字 name", "tiny--n-code-name-abcdef0123456789")]
    public void A_model_is_named_after_base_run_and_id(string name, string expected) => Assert.Equal(expected, ModelName.Of("tiny", name, "r_abcdef0123456789"));

    private static int StepOf(SseItem<string> item) => JsonSerializer.Deserialize<RunPoint>(item.Data, AssayJson.Options)!.Step;

    private static Task<RunView> RunAsync(Person person, string id) => person.GetAsync<RunView>($"/api/v1/runs/{id}");

    private static TrainResult Ended(string outcome) => new(outcome, outcome == "failed" ? "It failed." : null, 4, 4.5, 5.0, 4.0, outcome == "succeeded" ? new string('a', 64) : null);

    private static async Task<List<SseItem<string>>> EventsAsync(Person person, string run, string? after, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var answer = await person.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel))
        {
            items.Add(item);
            if (items.Count == count)
            {
                break;
            }
        }

        return items;
    }

    /// <summary>A server with the tiny base and a frozen datanet, made once for the class.</summary>
    public sealed class Trainable : IAsyncLifetime
    {
        public AssayServer Server { get; private set; } = null!;

        internal Frozen Frozen { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await AssayServer.StartAsync(null, TinyBase.Setting);
            TinyBase.Write(Server);
            Frozen = await Frozen.MakeAsync(Server);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
