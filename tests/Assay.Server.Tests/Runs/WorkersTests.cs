using System.ClientModel;
using System.Diagnostics;
using System.Net;
using System.Text;
using Assay.Client.Chat;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Proofs;
using Assay.Server.Shared.Compute;
using OpenAI;
using OpenAI.Chat;

namespace Assay.Server.Tests.Runs;

/// <summary>The whole chain with real child processes: validate, train, answer, trace, verify.</summary>
public sealed class WorkersTests(WorkersTests.Trained trained) : IClassFixture<WorkersTests.Trained>
{
    private const string Question = "What does TideGauge.ReadLevel return?";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_judged_by_a_process_of_its_own_and_each_run_has_its_numbers()
    {
        var run = trained.Run;
        Assert.Equal(("succeeded", 6, 6), (run.State, run.Step, run.Steps));
        Assert.True(run.TunedLoss < run.BaseLoss, $"{run.TunedLoss} is not below {run.BaseLoss}");
        var points = await trained.Owner.GetAsync<List<RunPoint>>($"/api/v1/runs/{run.Id}/points");
        Assert.Equal([1, 2, 3, 4, 5, 6], points.Where(point => point.Loss is not null).Select(point => point.Step));
        Assert.All(points.Where(point => point.Loss is not null), point => Assert.True(point is { LearningRate: >= 0, TokensPerSecond: > 0, MemoryBytes: > 0 }));
        var adapter = await trained.Owner.Http.GetByteArrayAsync(new Uri($"/api/v1/runs/{run.Id}/adapter/adapter_model.safetensors", UriKind.Relative), Cancel);
        Assert.Equal(run.AdapterSha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(adapter)));
        Assert.False(Directory.Exists(Path.Combine(trained.Server.Paths.Work, run.Id)));
    }

    [Fact]
    public async Task Base_and_tuned_model_answer_and_each_answer_is_on_the_ledger()
    {
        var plain = await AskAsync(TinyBase.Name, seed: 7);
        var tuned = await AskAsync(trained.Run.ModelName!, seed: 7);

        Assert.Equal((0.0, 0), (plain.Changed, plain.Spans.Count));
        Assert.InRange(tuned.Changed, 0, 1);
        Assert.Equal(plain.Text, (await AskAsync(TinyBase.Name, seed: 7)).Text);
        Assert.All(tuned.Spans, span => Assert.InRange(span.End, span.Start + 1, tuned.Text.Length));
        Assert.All(tuned.Spans.SelectMany(span => span.Sources), source => Assert.True(source.LedgerIndex > 0));
        var receipt = Receipt.Parse(await trained.Owner.Http.GetByteArrayAsync(new Uri($"/api/v1/answers/{tuned.Id}/receipt", UriKind.Relative), Cancel));
        Assert.Equal(tuned.LedgerIndex, receipt.Index);
        Assert.Null(receipt.FindProblem(NoteVerifier.Parse((await trained.Server.Anonymous.GetStringAsync(new Uri("/vkey", UriKind.Relative), Cancel)).Trim())));
        Assert.DoesNotContain(Question, Encoding.UTF8.GetString(receipt.Entry.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_belongs_to_who_asked_and_a_correction_becomes_a_contribution()
    {
        var answer = await AskAsync(trained.Run.ModelName!, seed: 3);
        var stranger = await trained.Server.JoinAsync();
        await stranger.Http.GetAsync(new Uri($"/api/v1/answers/{answer.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await stranger.PostAsync("/api/v1/chat", new ChatRequest(trained.Run.ModelName!, [new ChatTurn("user", Question)])).RefusedAsync(HttpStatusCode.NotFound, "not_found");

        var draft = await trained.Owner.PostAsync<DraftView>($"/api/v1/answers/{answer.Id}/correction",
            new CorrectionRequest(trained.Datanet.Id, "TideGauge.ReadLevel returns the water level in metres above chart datum, as a double."));

        Assert.StartsWith($"## {Question}\n\n", draft.Content, StringComparison.Ordinal);
        using var sent = await trained.Owner.SendAsync(draft.DatanetId, draft.FileName, Encoding.UTF8.GetBytes(draft.Content), query: $"&licence={draft.Licence}&from_answer={draft.FromAnswer}");
        Assert.Equal(answer.Id, (await Person.ReadAsync<ContributionView>(sent)).FromAnswer);
    }

    [Fact]
    public async Task Bad_settings_of_a_question_are_named()
    {
        var good = new ChatRequest(TinyBase.Name, [new ChatTurn("user", "Hello")]);
        foreach (var bad in (ChatRequest[])[good with { Temperature = 3 }, good with { TopP = 0 }, good with { TopK = -1 }, good with { RepetitionPenalty = 0.5 }, good with { MaxTokens = 0 },
            good with { Seed = -1 }, good with { Messages = [] }, good with { Messages = [new ChatTurn("wizard", "Hello")] }, good with { Messages = [new ChatTurn("user", new string('x', 200_001))] }])
        {
            await trained.Owner.PostAsync("/api/v1/chat", bad).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        }

        await trained.Owner.PostAsync("/api/v1/chat", good with { Model = "none" }).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_official_OpenAI_client_lists_models_and_gets_whole_and_streamed_answers()
    {
        var client = new OpenAIClient(new ApiKeyCredential(trained.Owner.Key), new OpenAIClientOptions { Endpoint = new Uri(trained.Server.Address, "/v1") });
        var models = await client.GetOpenAIModelClient().GetModelsAsync(Cancel);
        Assert.Contains(models.Value, model => model.Id == TinyBase.Name);
        Assert.Contains(models.Value, model => model.Id == trained.Run.ModelName);

        var chat = client.GetChatClient(trained.Run.ModelName);
        ChatMessage[] messages = [new SystemChatMessage("Answer."), new UserChatMessage(Question)];
        var whole = (await chat.CompleteChatAsync(messages, Options(), Cancel)).Value;
        Assert.Equal(OpenAI.Chat.ChatMessageRole.Assistant, whole.Role);
        Assert.InRange(whole.Usage.OutputTokenCount, 1, 24);
        Assert.True(whole.FinishReason is ChatFinishReason.Length or ChatFinishReason.Stop);

        var streamed = new StringBuilder();
        ChatFinishReason? finish = null;
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, Options(), Cancel))
        {
            streamed.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish = update.FinishReason ?? finish;
        }

        Assert.Equal(string.Concat(whole.Content.Select(part => part.Text)), streamed.ToString());
        Assert.Equal(whole.FinishReason, finish);
        var missing = await Assert.ThrowsAsync<ClientResultException>(() => client.GetChatClient("none").CompleteChatAsync(messages, Options(), Cancel));
        Assert.Equal(404, missing.Status);
        var stranger = new OpenAIClient(new ApiKeyCredential("assay_wrong"), new OpenAIClientOptions { Endpoint = new Uri(trained.Server.Address, "/v1") });
        Assert.Equal(401, (await Assert.ThrowsAsync<ClientResultException>(() => stranger.GetChatClient(TinyBase.Name).CompleteChatAsync(messages, Options(), Cancel))).Status);
    }

    [Fact]
    public async Task A_training_worker_killed_in_mid_run_costs_at_most_a_checkpoint_interval_and_the_site_stays_up()
    {
        var settings = trained.Settings with { MaxSteps = 150, CheckpointEvery = 5, EvaluateEvery = 1000 };
        var run = await trained.Owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [trained.Snapshot.Id], "Killed", settings));
        await Eventually.TrueAsync(async () => (await trained.Owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}")).Step >= 10);

        using (var worker = Process.GetProcessById(trained.Server.Get<ComputeHost>().ProcessId("train")!.Value))
        {
            worker.Kill();
        }

        using var health = await trained.Server.Anonymous.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        var ended = await trained.EndedAsync(run.Id);
        Assert.True(ended.State == "succeeded", ended.Failure);
        Assert.Equal(150, ended.Step);
        var points = await trained.Owner.GetAsync<List<RunPoint>>($"/api/v1/runs/{run.Id}/points");
        var resumed = Assert.Single(points, point => point.Message?.Contains("Continued from the checkpoint of step", StringComparison.Ordinal) == true);
        var killedAt = points.TakeWhile(point => point != resumed).Max(point => point.Step);
        Assert.InRange(resumed.Step, killedAt - 5, killedAt + 5);
    }

    [Fact]
    public async Task A_run_at_work_is_cancelled_within_five_seconds()
    {
        var run = await trained.Owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [trained.Snapshot.Id], "Cancelled", trained.Settings with { MaxSteps = 100_000 }));
        await Eventually.TrueAsync(async () => (await trained.Owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}")).Step >= 2);
        var watch = Stopwatch.StartNew();

        await trained.Owner.PostAsync<RunView>($"/api/v1/runs/{run.Id}/cancel", new { });

        Assert.Equal("cancelled", (await trained.EndedAsync(run.Id)).State);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15); // five on a machine of its own
    }

    private static ChatCompletionOptions Options() => new()
    {
        MaxOutputTokenCount = 24,
        Temperature = 0,
    };

    private Task<AnswerView> AskAsync(string model, long seed) => trained.Owner.PostAsync<AnswerView>("/api/v1/chat",
        new ChatRequest(model, [new ChatTurn("user", Question)], MaxTokens: 24, Seed: seed));

    /// <summary>A server with real workers that has judged four files and trained one run; made once for the class.</summary>
    public sealed class Trained : IAsyncLifetime
    {
        private static readonly string[] Files = ["careful/01-tide-gauge.md", "careful/02-buoy.md", "careful/03-weather-station.md", "careful/04-harbour-log.md"];

        public AssayServer Server { get; private set; } = null!;

        public Person Owner { get; private set; } = null!;

        public DatanetView Datanet { get; private set; } = null!;

        public SnapshotView Snapshot { get; private set; } = null!;

        public RunView Run { get; private set; } = null!;

        public RunSettings Settings { get; } = new() { LearningRate = 1e-2, Rank = 4, MaxSteps = 6, BatchSize = 2, GradientAccumulation = 1, CutOff = 128, CheckpointEvery = 2, WarmUp = 0 };

        public async ValueTask InitializeAsync()
        {
            Server = await RealWorkers.StartAsync(TinyBase.Setting);
            TinyBase.Write(Server);
            Owner = await Server.JoinAsync();
            Datanet = await Owner.OpenSamplesAsync();
            foreach (var file in Files)
            {
                var id = (await Owner.ContributeAsync(Datanet.Id, file, Texts.Sample(file))).Id;
                var view = await Eventually.GetAsync(async () => await Owner.ContributionAsync(id) is { DecidedAt: not null } now ? now : null);
                Assert.Equal("accepted", view.State);
            }

            Snapshot = await Owner.PostAsync<SnapshotView>($"/api/v1/datanets/{Datanet.Id}/snapshots", new { });
            var run = await Owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [Snapshot.Id], "Harbor helper", Settings));
            Run = await EndedAsync(run.Id);
            Assert.True(Run.State == "succeeded", Run.Failure);
        }

        /// <summary>The run as it is after its end.</summary>
        public Task<RunView> EndedAsync(string id) => Eventually.GetAsync(async () =>
            await Owner.GetAsync<RunView>($"/api/v1/runs/{id}") is { EndedAt: not null } now ? now : null, TimeSpan.FromMinutes(3));

        public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
