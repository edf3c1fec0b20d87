using System.Net;
using Assay.Client.Chat;
using Assay.Client.Runs;

namespace Assay.Server.Tests.Runs;

/// <summary>Pausing, going on, stopping with a result and ending early, with real workers.</summary>
public sealed class RunControlTests(WorkersTests.Trained trained) : IClassFixture<WorkersTests.Trained>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_run_goes_on_exactly_where_it_was_and_each_step_stands_once_in_its_curve()
    {
        var settings = trained.Settings with { MaxSteps = 400, CheckpointEvery = 50, EvaluateEvery = 100, EarlyStop = 0 };
        var straight = await trained.EndedAsync((await StartAsync("Straight", settings)).Id);
        var run = await StartAsync("Paused", settings);
        await AtStepAsync(run.Id, 5);

        await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/pause", new { });
        var paused = await Eventually.GetAsync(async () => await trained.Owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}") is { State: "paused" } now ? now : null);

        Assert.InRange(paused.Step, 5, 399);
        await trained.Owner.PostAsync($"/api/v1/runs/{run.Id}/pause", new { }).RefusedAsync(HttpStatusCode.Conflict, "not_running");
        await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/resume", new { });
        var ended = await trained.EndedAsync(run.Id);
        Assert.Equal(("succeeded", straight.AdapterSha256), (ended.State, ended.AdapterSha256));
        Assert.Equal(await LossesAsync(straight.Id), await LossesAsync(run.Id));
    }

    [Fact]
    public async Task A_run_that_is_stopped_keeps_what_it_has_learnt_as_a_model()
    {
        var run = await StartAsync("Stopped", trained.Settings with { MaxSteps = 100_000, EvaluateEvery = 100_000 });
        await AtStepAsync(run.Id, 5);

        await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/stop", new { });

        var ended = await trained.EndedAsync(run.Id);
        Assert.Equal("stopped", ended.State);
        var answer = await trained.Owner.PostAsync<AnswerView>("/api/v1/chat", new ChatRequest(ended.ModelName!, [new ChatTurn("user", "What does a buoy measure?")], MaxTokens: 8, Seed: 1));
        Assert.InRange(answer.CompletionTokens, 1, 8);
        await trained.Owner.PostAsync($"/api/v1/runs/{run.Id}/resume", new { }).RefusedAsync(HttpStatusCode.Conflict, "not_paused");
    }

    [Fact]
    public async Task A_paused_run_can_be_stopped_with_its_result_or_cancelled()
    {
        foreach (var (verb, state) in (List<(string, string)>)[("stop", "stopped"), ("cancel", "cancelled")])
        {
            var run = await StartAsync($"Paused, then {verb}", trained.Settings with { MaxSteps = 100_000, EvaluateEvery = 100_000 });
            await AtStepAsync(run.Id, 3);
            await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/pause", new { });
            var paused = await Eventually.GetAsync(async () => await trained.Owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}") is { State: "paused" } now ? now : null);

            await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/{verb}", new { });

            var ended = await trained.EndedAsync(run.Id);
            Assert.Equal((state, paused.Step), (ended.State, ended.Step));
            Assert.Equal(verb == "stop", ended.ModelName is not null);
        }
    }

    [Fact]
    public async Task A_run_that_no_longer_gains_ends_early_and_its_result_is_the_best_it_was()
    {
        // The rate is far too high: the hold-out gets worse soon.
        var run = await StartAsync("Early", trained.Settings with { LearningRate = 0.1, MaxSteps = 400, EvaluateEvery = 5, EarlyStop = 2, KeepCheckpoints = 1, HoldOut = 0.5 });

        var ended = await trained.EndedAsync(run.Id);

        Assert.Equal("succeeded", ended.State);
        Assert.True(ended.Step < 400, $"It went on to step {ended.Step}.");
        Assert.Contains("had not fallen", ended.Note, StringComparison.Ordinal);
        var evaluations = await trained.Owner.GetAsync<List<RunEvaluation>>($"/api/v1/runs/{run.Id}/evaluations");
        var best = Assert.Single(evaluations, one => one.IsBest);
        Assert.Equal(best.HoldOutLoss!.Value, ended.TunedLoss!.Value, 1e-9);
        Assert.Equal(evaluations.Where(one => one.Step > 0).Min(one => one.HoldOutLoss), best.HoldOutLoss);
        Assert.Equal(best.Step + 10, ended.Step);
        var kept = Assert.Single(evaluations, one => one.Model is not null);
        Assert.Equal(ended.Step, kept.Step);
        var answer = await trained.Owner.PostAsync<AnswerView>("/api/v1/chat", new ChatRequest(kept.Model!, [new ChatTurn("user", "What is a berth?")], MaxTokens: 4, Seed: 1));
        Assert.InRange(answer.CompletionTokens, 1, 4);
        var stranger = await trained.Server.JoinAsync();
        await stranger.PostAsync("/api/v1/chat", new ChatRequest(kept.Model!, [new ChatTurn("user", "What is a berth?")])).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await stranger.Http.GetAsync(new Uri($"/api/v1/runs/{run.Id}/evaluations", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("qlora")]
    [InlineData("dora")]
    [InlineData("lora")]
    public async Task Each_method_trains_and_its_evaluations_show_records_and_answers(string method)
    {
        var settings = trained.Settings with { Method = method, MaxSteps = 4, EvaluateEvery = 2, HoldOut = 0.5, NeftuneAlpha = 5, LoraPlusRatio = 4, Rslora = true, Samples = 2 };

        var ended = await trained.EndedAsync((await StartAsync(method, settings)).Id);

        Assert.True(ended.State == "succeeded", ended.Failure);
        var evaluations = await trained.Owner.GetAsync<List<RunEvaluation>>($"/api/v1/runs/{ended.Id}/evaluations");
        Assert.Equal([0, 2, 4], evaluations.Select(one => one.Step));
        var last = evaluations[^1];
        Assert.Equal(2, last.Best.Count);
        Assert.True(last.Best[0].Loss <= last.Best[1].Loss && last.Best[1].Loss <= last.Worst[0].Loss);
        Assert.All(last.Worst, record => Assert.StartsWith("c_", record.ContributionId, StringComparison.Ordinal));
        Assert.All(last.Answers, answer => Assert.NotNull(answer.Answer));
        Assert.Equal(evaluations[0].Answers.Select(answer => answer.RecordId), last.Answers.Select(answer => answer.RecordId));
        var config = await trained.Owner.Http.GetStringAsync(new Uri($"/api/v1/runs/{ended.Id}/adapter/adapter_config.json", UriKind.Relative), Cancel);
        Assert.Contains(method == "dora" ? "\"use_dora\": true" : "\"use_rslora\": true", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_counts_what_the_run_would_train_and_refuses_what_teaches_nothing()
    {
        var request = new StartRunRequest(TinyBase.Name, [trained.Snapshot.Id], "Looked at", trained.Settings);
        var look = await trained.Owner.PostAsync<RunLook>("/api/v1/runs/look", request);
        var twice = await trained.Owner.PostAsync<RunLook>("/api/v1/runs/look", request with { Weights = [2] });
        var text = await trained.Owner.PostAsync<RunLook>("/api/v1/runs/look", request with { Settings = trained.Settings with { Objective = "text" } });
        var none = await trained.Owner.PostAsync<RunLook>("/api/v1/runs/look", request with { Settings = trained.Settings with { MinScore = 1000 } });

        Assert.Equal(trained.Run.TrainRecords, look.Records);
        Assert.Equal((2 * look.Records, 2 * look.Tokens, 2 * look.TrainableTokens), (twice.Records, twice.Tokens, twice.TrainableTokens));
        Assert.Equal(look.Records, look.Lengths.Sum(item => item.Records));
        Assert.True(look.TrainableTokens < look.Tokens && look.Refusal is null);
        Assert.Equal(text.Tokens, text.TrainableTokens);
        Assert.NotNull(none.Refusal);
        await trained.Owner.PostAsync("/api/v1/runs", request with { Settings = trained.Settings with { MinScore = 1000 } }).RefusedAsync(HttpStatusCode.UnprocessableEntity, "nothing_to_train");
        await trained.Owner.PostAsync("/api/v1/runs/look", request with { Weights = [1, 1] }).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await trained.Owner.PostAsync("/api/v1/runs/look", request with { Weights = [20] }).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await trained.Owner.PostAsync("/api/v1/runs", request with { Priority = 5 }).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    private Task<RunView> StartAsync(string name, RunSettings settings) =>
        trained.Owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [trained.Snapshot.Id], name, settings));

    private Task AtStepAsync(string id, int step) => Eventually.TrueAsync(async () => (await trained.Owner.GetAsync<RunView>($"/api/v1/runs/{id}")).Step >= step);

    private async Task<List<(int Step, double Loss)>> LossesAsync(string id) =>
        (await trained.Owner.GetAsync<List<RunPoint>>($"/api/v1/runs/{id}/points")).Where(point => point.Loss is not null).Select(point => (point.Step, point.Loss!.Value)).ToList();
}
