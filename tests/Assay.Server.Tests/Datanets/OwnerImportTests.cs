using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Leaderboard;

namespace Assay.Server.Tests.Datanets;

public sealed class OwnerImportTests
{
    private static readonly string[] Corpus = ["careful/01-tide-gauge.md", "careful/02-buoy.md", "prolific/11-garbage.txt"];

    [Fact]
    public async Task An_import_is_validated_uses_nobodys_day_and_stands_on_no_board()
    {
        await using var server = await AssayServer.StartAsync(null, "Quotas:FilesPerContributor=1");
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var import = await owner.PostAsync<ImportView>($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("Harbor notes 2019"));
        foreach (var name in Corpus)
        {
            await SendAsync(owner, datanet.Id, name, import.Id);
        }

        await server.ValidateAsync();
        var own = await owner.ContributeAsync(datanet.Id, "clock.txt", Texts.Sample("careful/09-clock.txt"));
        await server.ValidateAsync();

        var listed = Assert.Single((await owner.GetAsync<Page<ImportView>>($"/api/v1/datanets/{datanet.Id}/imports")).Items);
        Assert.Equal(("Harbor notes 2019", "open", 3, 2, 1), (listed.Label, listed.State, listed.Files, listed.Accepted, listed.Rejected));
        Assert.Equal(Corpus.Sum(name => Texts.Sample(name).Length), listed.Bytes);
        Assert.Equal(listed.Bytes, listed.LaneUsed);
        Assert.Equal((1, own.Bytes), ((await owner.QuotaAsync(datanet.Id)).ContributorFiles.Used, (await owner.QuotaAsync(datanet.Id)).DatanetBytes.Used));
        await Eventually.TrueAsync(async () => (await owner.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.Count > 0);
        Assert.Equal((1, 1), Assert.Single((await owner.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.Select(row => (row.Accepted, row.Decided))));
    }

    [Fact]
    public async Task The_lane_is_exact_to_the_byte_and_what_was_not_sent_is_given_back()
    {
        var (first, second) = (Texts.Sample(Corpus[0]), Texts.Sample(Corpus[1]));
        await using var server = await AssayServer.StartAsync(null, $"Quotas:ImportBytesPerDatanet={first.Length + second.Length - 1}");
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var import = await owner.PostAsync<ImportView>($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("Corpus"));
        await SendAsync(owner, datanet.Id, Corpus[0], import.Id);

        var full = await TryAsync(owner, datanet.Id, Corpus[1], import.Id).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "import_full");
        await TryAsync(owner, datanet.Id, Corpus[0], import.Id).RefusedAsync(HttpStatusCode.Conflict, "duplicate");

        Assert.Contains($"used {first.Length} of {first.Length + second.Length - 1} bytes", full.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(first.Length, (await owner.GetAsync<Page<ImportView>>($"/api/v1/datanets/{datanet.Id}/imports")).Items[0].LaneUsed);
    }

    [Fact]
    public async Task Only_the_owner_imports_into_an_open_import_of_the_own_datanet()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        var import = await owner.PostAsync<ImportView>($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("Corpus"));

        await stranger.PostAsync($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("Corpus")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("x")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await TryAsync(stranger, datanet.Id, Corpus[0], import.Id).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await stranger.PostAsync($"/api/v1/datanets/{datanet.Id}/imports/{import.Id}/close", new { }).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal("closed", (await owner.PostAsync<ImportView>($"/api/v1/datanets/{datanet.Id}/imports/{import.Id}/close", new { })).State);
        await TryAsync(owner, datanet.Id, Corpus[0], import.Id).RefusedAsync(HttpStatusCode.Conflict, "import_closed");
    }

    [Fact]
    public async Task An_operator_can_turn_imports_off_and_a_day_that_counts_for_ever_never_moves_the_calendar()
    {
        await using var server = await AssayServer.StartAsync(null);
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var import = await owner.PostAsync<ImportView>($"/api/v1/datanets/{datanet.Id}/imports", new OpenImportRequest("Corpus"));
        await SendAsync(owner, datanet.Id, Corpus[0], import.Id);
        await server.RestartAsync();
        var again = owner with { Http = server.Client(owner.Key) };

        Assert.True((await again.QuotaAsync(datanet.Id)).ResetsAt <= server.Get<TimeProvider>().GetUtcNow().AddDays(1));

        await using var off = await AssayServer.StartAsync(null, "Quotas:ImportBytesPerDatanet=0");
        var other = await off.JoinAsync();
        await other.PostAsync($"/api/v1/datanets/{(await other.OpenAsync()).Id}/imports", new OpenImportRequest("Corpus")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    private static Task<HttpResponseMessage> TryAsync(Person person, string datanet, string sample, string import) =>
        person.SendAsync(datanet, sample, Texts.Sample(sample), query: $"&licence={Person.Licence}&import={import}");

    private static async Task<ContributionView> SendAsync(Person person, string datanet, string sample, string import) =>
        await Person.ReadAsync<ContributionView>(await TryAsync(person, datanet, sample, import));
}
