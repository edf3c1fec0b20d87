using System.Net;
using System.Text;
using Assay.Client.Chat;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Models;
using Assay.Client.Runs;
using Assay.Server.Chat;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared.Database;
using Assay.Server.Tests.Review;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Removal;

public sealed class ErasureTests
{
    /// <summary>Unlike anything in the samples, so that its tokens are nobody else's.</summary>
    private const string Passage = "Quetzal fjord 7419 whispers jumbled vexing zephyrs to the brick sphinx";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_takedown_the_text_and_its_token_ids_are_in_no_file_of_the_data_folder()
    {
        await using var server = await RealWorkers.StartAsync(TinyBase.Setting, "Review:AuditShare=0", "Review:AuditShareUnproven=0");
        TinyBase.Write(server);
        var owner = await server.JoinAsync();
        var author = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var others = new List<string>();
        foreach (var file in (string[])["careful/01-tide-gauge.md", "careful/02-buoy.md", "careful/03-weather-station.md", "careful/04-harbour-log.md"])
        {
            others.Add((await owner.ContributeAsync(datanet.Id, Path.GetFileName(file), Texts.Sample(file))).Id);
        }

        using var sent = await author.SendAsync(datanet.Id, "quetzal-fjord.md", Note("Culvert", Passage), query: $"&licence={Person.Licence}&note={Uri.EscapeDataString(Passage)}");
        var file1 = (await Person.ReadAsync<ContributionView>(sent)).Id;
        await DecidedAsync(author, file1);
        var copy = (await owner.ContributeAsync(datanet.Id, "resembling.md", Note("Gantry", "The level is measured in metres above chart datum"))).Id;
        Assert.Equal("accepted", (await DecidedAsync(author, file1)).State);
        Assert.Contains(Passage, string.Concat((await DecidedAsync(owner, copy)).Findings.Select(finding => finding.Evidence)), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await owner.GetAsync<DatanetView>($"/api/v1/datanets/{datanet.Id}")).Accepted >= 5);

        var version = await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
        var settings = new RunSettings { Rank = 4, MaxSteps = 4, BatchSize = 2, GradientAccumulation = 1, CutOff = 128, HoldOut = 0, CheckpointEvery = 1 };
        var run = await owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [version.Id], "Quick", settings));
        run = await Eventually.GetAsync(async () => await owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}") is { EndedAt: not null } ended ? ended : null, TimeSpan.FromMinutes(5));
        Assert.Equal("succeeded", run.State);
        var answer = await owner.PostAsync<AnswerView>("/api/v1/chat", new ChatRequest(run.ModelName!, [new ChatTurn("user", $"Is this true? {Passage}")], MaxTokens: 8, Seed: 1));
        await QuoteAsync(server, owner, run);

        var tokens = Tokens(server);
        var before = DataFolderScan.Find(server.Folder, Passage, tokens);
        Assert.Contains(before, found => found.StartsWith("UTF-8 in blobs", StringComparison.Ordinal));
        Assert.Contains(before, found => found.StartsWith("UTF-8 in assay.db", StringComparison.Ordinal));
        Assert.Contains(before, found => found.StartsWith("token ids in 16 bits in models", StringComparison.Ordinal));

        Assert.Contains(await owner.GetAsync<List<RunEvaluation>>($"/api/v1/runs/{run.Id}/evaluations"), one => one.Answers.Count > 0);

        var removed = await owner.PostAsync<ContributionView>($"/api/v1/contributions/{file1}/removal", new RemovalRequest("takedown", "personal_data"));

        Assert.Equal(("takedown", "accepted", "removed.md"), (removed.Removal, removed.State, removed.FileName));
        Assert.Empty(DataFolderScan.Find(server.Folder, Passage, tokens));
        Assert.Empty(DataFolderScan.Find(server.Folder, "quetzal-fjord"));
        await server.StopAsync();
        Assert.Empty(DataFolderScan.Find(server.Folder, Passage, tokens));
        await server.InitializeAsync();

        // What used it says so, and goes on working without it.
        var again = server.Client(owner.Key);
        owner = owner with { Http = again };
        Assert.Equal(1, (await owner.GetAsync<SnapshotView>($"/api/v1/snapshots/{version.Id}")).Removed);
        Assert.Equal(1, (await owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}")).Removed);
        Assert.All(await owner.GetAsync<List<RunEvaluation>>($"/api/v1/runs/{run.Id}/evaluations"), one => Assert.Empty(one.Answers));
        Assert.Equal(1, (await owner.GetAsync<ModelView>($"/api/v1/models/{run.ModelName}")).Removed);
        Assert.Equal(answer.Text, (await owner.GetAsync<AnswerView>($"/api/v1/answers/{answer.Id}")).Text);
        var quoting = await owner.GetAsync<AnswerView>("/api/v1/answers/i_00000000000000aa");
        Assert.Equal("It says: " + new string('█', Passage.Length + 1), quoting.Text);
        await owner.PostAsync<AnswerView>("/api/v1/chat", new ChatRequest(run.ModelName!, [new ChatTurn("user", "And now?")], MaxTokens: 8, Seed: 1));
        Assert.Empty(DataFolderScan.Find(server.Folder, Passage, tokens));

        await owner.PostAsync("/api/v1/runs", new StartRunRequest(TinyBase.Name, [version.Id], "Again", settings)).RefusedAsync(HttpStatusCode.Conflict, "removed_content");
        await owner.Http.GetAsync(new Uri($"/api/v1/runs/{run.Id}/without", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Conflict, "no_version");
        var next = await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
        Assert.Equal((version.Contributions - 1, 0), (next.Contributions, next.Removed));
        await owner.PostAsync("/api/v1/runs", new StartRunRequest(TinyBase.Name, [next.Id], "Further", settings, run.Id)).RefusedAsync(HttpStatusCode.Conflict, "removed_content");
        var without = await owner.GetAsync<StartRunRequest>($"/api/v1/runs/{run.Id}/without");
        Assert.Equal((TinyBase.Name, next.Id, "Quick, again", null, 4), (without.Base, Assert.Single(without.Snapshots), without.Name, without.StartFrom, without.Settings!.MaxSteps));
        await owner.PostAsync<RunView>("/api/v1/runs", without);
        Assert.NotEmpty(others);
    }

    /// <summary>Rows of all sizes, on shared pages and on pages of their own, between others that come and go: deleting leaves nothing behind.</summary>
    [Fact]
    public async Task Withdrawn_rows_of_every_size_leave_nothing_in_pages_or_log()
    {
        await using var server = await Reviewed.StartAsync();
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var secrets = new List<(Person Person, string Id, string Text)>();
        for (var i = 0; i < 12; i++)
        {
            var person = await server.JoinAsync();
            var text = $"Marked sentence {Guid.NewGuid():n} of file {i}";
            var body = string.Concat(Enumerable.Repeat($"{text} stands here once more.\n\n", 1 << i));
            secrets.Add((person, (await person.ContributeAsync(datanet.Id, $"file-{i}.md", Encoding.UTF8.GetBytes($"# Tide {i}\n\n{body}"))).Id, text));
            for (var other = 0; other < 3; other++)
            {
                await person.ContributeAsync(datanet.Id, "other.md", Texts.Note($"Buoy{Guid.NewGuid():n}", 2 + other));
            }

            await server.ValidateAsync();
        }

        Assert.All(secrets, secret => Assert.NotEmpty(DataFolderScan.Find(server.Folder, secret.Text)));
        foreach (var (person, id, text) in secrets)
        {
            var view = await person.PostAsync<ContributionView>($"/api/v1/contributions/{id}/removal", new RemovalRequest("withdraw"));
            Assert.Equal("withdraw", view.Removal);
            Assert.Empty(DataFolderScan.Find(server.Folder, text));
        }

        await using var db = server.Read();
        Assert.Equal(12, await db.Removals.CountAsync(row => row.ErasedAt != null, Cancel));
    }

    /// <summary>A note that the rules accept, and a record that begins with the passage and goes on in the same words in every note.</summary>
    private static byte[] Note(string subject, string passage) => Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(Texts.Note(subject, 2)) + $"## What does LockGate.Report say about the gate?\n\n{passage}. LockGate.Report returns the state of the gate as a record with the level on both sides in metres, the time of the last "
        + "movement in UTC and the name of the operator on duty, and it throws a GateSilentException when the gate has not reported for five minutes.\n\n");

    private static int[] Tokens(AssayServer server) =>
        server.Get<BaseModels>().TextsOf(server.Get<BaseModels>().Find(TinyBase.Name)!).Tokenizer.Encode(Passage)[2..^2];

    /// <summary>An answer that quotes the file: a model of this size never would.</summary>
    private static Task QuoteAsync(AssayServer server, Person person, RunView run) => server.Get<DbWriter>().WriteAsync(async (db, stop) =>
    {
        var entry = await db.LedgerEntries.FirstAsync(stop);
        db.Answers.Add(new AnswerRow
        {
            Id = "i_00000000000000aa",
            AccountId = person.Account.Id,
            Model = run.ModelName!,
            RunId = run.Id,
            Text = $"It says: {Passage}.",
            EntryId = entry.Id,
            CreatedAt = server.Get<TimeProvider>().GetUtcNow(),
        });
    }, Cancel);

    private static Task<ContributionView> DecidedAsync(Person person, string id) =>
        Eventually.GetAsync(async () => await person.ContributionAsync(id) is { DecidedAt: not null } view ? view : null);
}
