using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Server.Datanets;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

/// <summary>Files of rows from the upload to what a worker trains.</summary>
public sealed class RowsTests(RowsTests.Trainable trainable) : IClassFixture<RowsTests.Trainable>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AssayServer Server => trainable.Server;

    [Fact]
    public async Task Conversations_keep_their_turns_up_to_the_worker_that_trains_them()
    {
        var owner = await Server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var sent = await owner.ContributeAsync(datanet.Id, "talks.jsonl", [.. Texts.Conversations("rudder", 12), .. Encoding.UTF8.GetBytes("{\"x\":1}\n")]);
        await Server.ValidateAsync();
        var view = await owner.ContributionAsync(sent.Id);
        Assert.True(view.State == "accepted", JsonSerializer.Serialize(view.Findings));
        Assert.Contains(view.Findings, finding => finding.Rule == "structure" && finding.Evidence.Contains("Row 13 has the columns 'x'", StringComparison.Ordinal));

        var snapshot = await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
        Assert.Equal(12, snapshot.Records);
        await using (var db = Server.Read())
        {
            var record = await db.Records.AsNoTracking().FirstAsync(row => row.ContributionId == sent.Id, Cancel);
            Assert.Equal(["system", "user", "assistant", "user", "assistant"], record.AllTurns().Select(turn => turn.Role));
            var manifest = await owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{snapshot.Id}/manifest");
            Assert.Equal(Convert.ToHexStringLower(SnapshotContent.HashOf(record)), manifest.Contributions[0].Records[0].Sha256);
        }

        var run = await owner.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(TinyBase.Name, [snapshot.Id], "Rudder",
            new RunSettings { Rank = 4, MaxSteps = 4, BatchSize = 2, GradientAccumulation = 1, CutOff = 256 }));
        using var worker = Server.Worker($"w-{run.Id}");
        var payload = (await worker.NextAsync("train", Cancel))!.Payload.Deserialize<TrainPayload>(AssayJson.Options)!;

        Assert.Equal(12, payload.Train.Count + payload.HoldOut.Count);
        Assert.All(payload.Train, record => Assert.Equal(5, record.Turns.Count));
        Assert.StartsWith("What does member", payload.Train[0].Turns[1].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_with_other_names_are_mapped_by_the_contributor()
    {
        var owner = await Server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var table = Encoding.UTF8.GetBytes("frage;antwort\n" + string.Concat(Enumerable.Range(1, 9).Select(number =>
            $"What does member {number} of the keel return?;It returns the depth of keel {number} in metres below chart datum as a double, and throws a KeelException when tide sensor {number} is silent.\n")));
        using var refused = await PatchAsync(owner, datanet.Id, "prompt=frage");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        await owner.SendAsync(datanet.Id, "keel.csv", table, query: $"&licence={Person.Licence}&columns=prompt%3Dfrage").RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        var unmapped = await owner.ContributeAsync(datanet.Id, "keel.csv", table);
        using var answer = await owner.SendAsync(datanet.Id, "mapped.csv", [.. table, (byte)'\n'], query: $"&licence={Person.Licence}&columns=prompt%3Dfrage%2Canswer%3Dantwort");
        var mapped = await Person.ReadAsync<Assay.Client.Contributions.ContributionView>(answer);
        await Server.ValidateAsync();

        var without = await owner.ContributionAsync(unmapped.Id);
        Assert.Equal("rejected", without.State);
        Assert.Contains(without.Findings, finding => finding.Rule == "structure" && finding.Evidence.Contains("Row 1 has the columns 'frage', 'antwort'", StringComparison.Ordinal));
        var with = await owner.ContributionAsync(mapped.Id);
        Assert.True(with.State == "accepted", JsonSerializer.Serialize(with.Findings));
        using var set = await PatchAsync(owner, datanet.Id, "prompt=q,answer=a");
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        var third = await owner.ContributeAsync(datanet.Id, "owners.csv", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(table).Replace("frage;antwort", "q;a", StringComparison.Ordinal).Replace("keel", "mast", StringComparison.OrdinalIgnoreCase)));
        await Server.ValidateAsync();
        Assert.Equal(1000, (await owner.ContributionAsync(third.Id)).Findings.Single(finding => finding.Rule == "structure").Score);
    }

    private static async Task<HttpResponseMessage> PatchAsync(Person owner, string datanet, string columns)
    {
        using var body = new StringContent(JsonSerializer.Serialize(new { columns }), Encoding.UTF8, "application/json");
        return await owner.Http.PatchAsync(new Uri($"/api/v1/datanets/{datanet}", UriKind.Relative), body, Cancel);
    }

    public sealed class Trainable : IAsyncLifetime
    {
        public AssayServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await AssayServer.StartAsync(null, TinyBase.Setting);
            TinyBase.Write(Server);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
