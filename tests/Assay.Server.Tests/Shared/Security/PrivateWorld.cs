using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Access;
using Assay.Client.Accounts;
using Assay.Client.Chat;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Leases;
using Assay.Client.Models;
using Assay.Client.Review;
using Assay.Client.Runs;
using Assay.Ledger.Entries;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared.Database;
using Assay.Testing;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>
/// A private datanet with everything that grows around one: files in every state, versions, an import, a test set, questions, a review under way, a grant, a run
/// with its model, a chat with sources; and people who stand in every relation to it. Training and answering are done by the test in the workers' places.
/// </summary>
public sealed class PrivateWorld : IAsyncLifetime
{
    public const string Base = "assay-starter";

    private readonly CancellationTokenSource _end = new();
    private Task _answering = Task.CompletedTask;
    private string _answer = "";

    /// <summary>Strings that stand in one place each and in nothing that anybody else may see.</summary>
    public Canaries Planted { get; } = new();

    public AssayServer Server { get; private set; } = null!;

    public Person Owner { get; private set; } = null!;

    /// <summary>Invited as contributor.</summary>
    public Person Contributor { get; private set; } = null!;

    /// <summary>Has the role, and is invited as reviewer.</summary>
    public Person Reviewer { get; private set; } = null!;

    /// <summary>Invited as contributor, with access to train.</summary>
    public Person Builder { get; private set; } = null!;

    /// <summary>Invited, and nothing else: may be taken off.</summary>
    public Person Guest { get; private set; } = null!;

    public Person Operator { get; private set; } = null!;

    /// <summary>An account without any relation to the datanet.</summary>
    public Person Stranger { get; private set; } = null!;

    public DatanetView Datanet { get; private set; } = null!;

    /// <summary>Accepted, and about to be taken down by who may.</summary>
    public string Accepted { get; private set; } = "";

    public string Doomed { get; private set; } = "";

    /// <summary>Rejected and appealed; the reviewer holds it.</summary>
    public string Rejected { get; private set; } = "";

    /// <summary>Waits for the owner's approval.</summary>
    public string Waiting { get; private set; } = "";

    public IReadOnlyList<SnapshotView> Versions { get; private set; } = [];

    public RunView Run { get; private set; } = null!;

    /// <summary>The run's adapter, exported.</summary>
    public string Export { get; private set; } = "";

    public AnswerView Answer { get; private set; } = null!;

    /// <summary>The contributor's request to train, on which nothing is decided.</summary>
    public string Access { get; private set; } = "";

    public string Upload { get; private set; } = "";

    public string Import { get; private set; } = "";

    public string TestSet { get; private set; } = "";

    public ApiKeyView Key { get; private set; } = null!;

    public long Assignment { get; private set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await AssayServer.StartAsync(null, "Review:AuditShare=0", "Review:AuditShareUnproven=0");
        Server.Failures.KeepsAll = true;
        Owner = await Server.JoinAsync();
        Contributor = await Server.JoinAsync();
        Reviewer = await Server.JoinAsync("reviewer");
        (Builder, Guest) = (await Server.JoinAsync(), await Server.JoinAsync());
        Operator = await Server.JoinAsync("operator");
        Stranger = await Server.JoinAsync();
        await OpenAsync();
        await ContributeAsync();
        await ShowAsync();
        await ReviewAsync();
        await TrainAsync();
        await ChatAsync();
        Import = (await Owner.PostAsync<ImportView>($"{Path}/imports", new OpenImportRequest(Planted.Of("import label")))).Id;
        Upload = (await Contributor.OpenUploadAsync(Datanet.Id, $"{Planted.Of("upload name")}.md", 1000)).OriginalString.Split('/')[^1];
        Key = await Builder.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest(Planted.Of("key name"), null, 30));
        Planted.Add("key secret", Key.Key!);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _answering.ContinueWith(static _ => { }, TaskScheduler.Default);
        _end.Dispose();
        await Server.DisposeAsync();
    }

    private string Path => $"/api/v1/datanets/{Datanet.Id}";

    private async Task OpenAsync()
    {
        var folder = System.IO.Path.Combine(Repository.Root, "samples", "text");
        using var facts = JsonDocument.Parse(await File.ReadAllBytesAsync(System.IO.Path.Combine(folder, "datanet.json"), Cancel));
        Datanet = await Owner.PostAsync<DatanetView>("/api/v1/datanets", new
        {
            name = Planted.Of("name"),
            kind = "text",
            visibility = "private",
            purpose = $"{facts.RootElement.GetProperty("purpose").GetString()} {Planted.Of("purpose")}",
            summary = Planted.Of("summary"),
            description = $"{facts.RootElement.GetProperty("description").GetString()}\n\n{Planted.Of("description")}",
            tags = new[] { Planted.Of("tag") },
            licences = new[] { Person.Licence, Planted.Of("licence") },
            exemplars = Directory.EnumerateFiles(System.IO.Path.Combine(folder, "exemplars")).Select(path => new { name = System.IO.Path.GetFileName(path), text = File.ReadAllText(path) }),
        });
        foreach (var (member, role) in new[] { (Contributor, "contributor"), (Reviewer, "reviewer"), (Builder, "contributor"), (Guest, "contributor") })
        {
            await SucceedAsync(Owner.PostAsync($"{Path}/members", new InviteRequest(member.Account.Email, role)));
        }

        await SucceedAsync(Owner.Http.PatchAsJsonAsync(Path, new ChangeSettingsRequest(Terms: Planted.Of("terms")), AssayJson.Options, Cancel));
        TestSet = (await Owner.PostAsync<TestSetView>("/api/v1/test-sets", new { name = Planted.Of("test set"), items = new[] { "A text that no model may be trained on, because it is asked in a test of thirteen words." }, datanet = Datanet.Id })).Id;
    }

    private async Task ContributeAsync()
    {
        Accepted = await SendAsync($"{Planted.Of("file name")}.md", [.. Texts.Sample("careful/01-tide-gauge.md"), .. Encoding.UTF8.GetBytes($"\n\n## What is {Planted.Of("content")}?\n\n{Planted.Of("content")} is the mean level of the tide gauge in metres above chart datum, as a double.\n")],
            $"&licence={Planted.Of("licence")}&source={Planted.Of("source")}&note={Planted.Of("note")}", Planted.Of("idempotency key"));
        Rejected = await SendAsync("leaked.md", [.. Texts.Note($"Sluice{Guid.NewGuid():n}"), .. Texts.Sample("prolific/16-secret.md")]);
        await Server.ValidateAsync();
        var first = await Owner.PostAsync<SnapshotView>($"{Path}/snapshots", new { });
        Doomed = await SendAsync("doomed.md", Texts.Sample("careful/03-weather-station.md"));
        await Server.ValidateAsync();
        Versions = [first, await Owner.PostAsync<SnapshotView>($"{Path}/snapshots", new { })];
        await SucceedAsync(Owner.Http.PatchAsJsonAsync(Path, new ChangeSettingsRequest(Approval: true), AssayJson.Options, Cancel));
        Waiting = await SendAsync("waiting.md", Texts.Sample("careful/04-harbour-log.md"));
        await Server.ValidateAsync();
        foreach (var (id, state) in ((string, string)[])[(Accepted, "accepted"), (Rejected, "rejected"), (Doomed, "accepted"), (Waiting, "review")])
        {
            var view = await Contributor.ContributionAsync(id);
            Assert.True(view.State == state, JsonSerializer.Serialize(view, AssayJson.Options));
        }
    }

    /// <summary>A text has no preview; so that there is one to ask for, its own bytes stand for it.</summary>
    private Task<int> ShowAsync() => Server.Get<DbWriter>().WriteAsync((db, stop) => db.Contributions.Where(row => row.Id == Accepted)
        .ExecuteUpdateAsync(set => set.SetProperty(row => row.PreviewSha256, row => row.Sha256), stop), Cancel);

    private async Task ReviewAsync()
    {
        await SucceedAsync(Contributor.PostAsync($"/api/v1/contributions/{Rejected}/appeal", new AppealRequest($"It is no secret: {Planted.Of("appeal")}.")));
        var item = await Person.ReadAsync<ReviewItem>(await Reviewer.PostAsync("/api/v1/review/next", new { }));
        Assignment = item.AssignmentId;
        await SucceedAsync(Owner.Http.PutAsJsonAsync($"{Path}/quiz", new QuizDraft([new QuizQuestion($"What does {Planted.Of("question")} mean?", ["metres", "feet"], 0)]), AssayJson.Options, Cancel));
        foreach (var person in (Person[])[Contributor, Builder])
        {
            await SucceedAsync(person.PostAsync($"{Path}/quiz", new QuizAnswers([0])));
        }
    }

    private async Task TrainAsync()
    {
        var asked = await Builder.PostAsync<AccessView>($"{Path}/access", new AccessRequest($"{Frozen.Purpose} {Planted.Of("access purpose")}", true));
        await Owner.PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision(AccessEntry.Grant));
        Access = (await Contributor.PostAsync<AccessView>($"{Path}/access", new AccessRequest(Frozen.Purpose, true))).Id;
        var settings = new RunSettings { Rank = 4, MaxSteps = 4, BatchSize = 2, GradientAccumulation = 1, CutOff = 128, HoldOut = 0 };
        var run = await Builder.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(Base, [Versions[0].Id], Planted.Of("run name"), settings));
        using var worker = Server.Worker("train");
        var lease = (await worker.NextAsync("train", Cancel))!;
        var payload = lease.Payload.Deserialize<TrainPayload>(AssayJson.Options)!;
        Assert.True(await worker.ProgressAsync(lease, new TrainProgress("running", 4, [new RunPoint(1, 5.5, 1e-3, Message: Planted.Of("run message"))]), Cancel));
        Directory.CreateDirectory(payload.OutputFolder);
        foreach (var file in (string[])["adapter_config.json", "adapter_model.safetensors"])
        {
            await File.WriteAllTextAsync(System.IO.Path.Combine(payload.OutputFolder, file), Planted.Of("adapter"), Cancel);
        }

        Assert.True(await worker.FinishedAsync(lease, new TrainResult("succeeded", null, 4, 4.5, 5.0, 4.0, new string('a', 64)), Cancel));
        Run = await Builder.GetAsync<RunView>($"/api/v1/runs/{run.Id}");
        await ExportAsync();
    }

    private async Task ExportAsync()
    {
        Export = (await Builder.PostAsync<ExportView>($"/api/v1/runs/{Run.Id}/exports", new ExportRequest("adapter"))).Id;
        using var worker = Server.Worker("export");
        var lease = (await worker.NextAsync("export", Cancel))!;
        var folder = lease.Payload.Deserialize<ExportPayload>(AssayJson.Options)!.Folder;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "adapter_config.json"), Planted.Of("adapter"), Cancel);
        Assert.True(await worker.ExportedAsync(lease, new ExportResult("done", null, new ParityView("pass", 1, 1, 0, 0, 1, 1, "nothing"), [new ExportFile("adapter_config.json", 1, new string('b', 64))]), Cancel));
    }

    private async Task ChatAsync()
    {
        _answering = AnswerAsync();
        await using (var db = Server.Read())
        {
            // A record of the private datanet, word for word, so that the answer has a source.
            _answer = await db.Records.Where(row => row.ContributionId == Accepted && row.Text.Contains(Planted.Of("content"))).Select(row => row.Text).FirstAsync(Cancel);
        }

        Answer = await Builder.PostAsync<AnswerView>("/api/v1/chat", Question(Run.ModelName!, Planted.Of("chat message")));
        Assert.NotEmpty(Answer.Spans);
    }

    /// <summary>Its answer stops after the first piece, until <see cref="HeldBack"/> is completed.</summary>
    public const string HeldQuestion = "Tell me slowly.";

    /// <summary>Lets the rest of the answer to <see cref="HeldQuestion"/> go on.</summary>
    public TaskCompletionSource HeldBack { get; } = new();

    /// <summary>A question to a model.</summary>
    public static ChatRequest Question(string model, string text) => new(model, [new ChatTurn("user", text)], MaxTokens: 24, Seed: 1);

    /// <summary>Answers every question to the tuned model with the same record.</summary>
    private async Task AnswerAsync()
    {
        using var worker = Server.Worker("infer");
        var bases = Server.Get<BaseModels>();
        while (!_end.IsCancellationRequested)
        {
            if (await worker.NextQuestionAsync(_end.Token) is { } question)
            {
                var text = question.AdapterFolder is null ? "The tide." : _answer; // what was learnt, only from the model that learnt it
                var tokens = bases.TextsOf(bases.Find(Base)!).Tokenizer.Encode(text);
                using var lines = new HeldLines([new("So: "), new(text), new(End: new InferEnd([.. tokens], 10, "stop", 1000, 2000))], question.Messages[^1].Content == HeldQuestion ? HeldBack.Task : Task.CompletedTask);
                await worker.AnswerAsync(question.Id, lines, _end.Token);
            }
        }
    }

    private async Task<string> SendAsync(string name, byte[] content, string? query = null, string? op = null)
    {
        using var answer = await Contributor.SendAsync(Datanet.Id, name, content, op, query);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await Person.ReadAsync<ContributionView>(answer)).Id;
    }

    private static async Task SucceedAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
