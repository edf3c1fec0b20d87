using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Client.Contributions;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

/// <summary>What only the server knows of a text: passages of earlier records, of other datanets, and test sets.</summary>
public sealed class PassageTests(AssayServer server) : IClassFixture<AssayServer>
{
    private const string Borrowed =
        "The sounding line of the northern quay was read at slack water by two keepers who wrote the depth in fathoms and signed the page before the bell rang for supper.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_that_holds_an_earlier_one_is_derived_from_it_and_the_passage_is_shown()
    {
        var owner = await server.JoinAsync();
        var other = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var first = await SendAsync(owner, datanet.Id, "first.jsonl", Row("Who reads the line of the quay?", Borrowed), Row("Which unit is used?", Plain(1)));
        var second = await SendAsync(other, datanet.Id, "second.jsonl", Row("Tell me how a harbour kept its depths in former times, and what the Harbor library returns today.",
            $"{Plain(2)} {Borrowed} {Plain(3)} {Plain(4)}"), Row("Which exception is thrown?", Plain(5)));

        var derived = Assert.Single(second.Findings, finding => finding.Rule == "derived");

        Assert.Equal(1000, Assert.Single(first.Findings, finding => finding.Rule == "derived").Score);
        Assert.Equal((500, 0, first.Id), (derived.Score, derived.Weight, derived.RelatedContribution));
        Assert.Contains("Record 1 holds", derived.Evidence, StringComparison.Ordinal);
        Assert.Contains($"word for word: \"{Borrowed[..60]}", derived.Evidence, StringComparison.Ordinal);
        Assert.Contains("of 'first.jsonl'", derived.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passage_of_another_public_datanet_is_looked_at_by_a_person()
    {
        const string Taken = "Every evening the pilot cutter left the inner basin with four men and a boy, and whoever stood on the breakwater could count the strokes of the oars until the fog closed.";
        var owner = await server.JoinAsync();
        var one = await owner.OpenSamplesAsync();
        var two = await owner.OpenSamplesAsync();
        var source = await SendAsync(owner, one.Id, "cutter.jsonl", Row("What did the cutter do?", Taken), Row("Which unit is used?", Plain(6)));
        var copy = await SendAsync(owner, two.Id, "mine.jsonl", Row("What does the cutter of the harbour do each evening?", $"{Taken} Gauge 7 was red."), Row("Which value is returned?", Plain(8)));

        var plagiarism = Assert.Single(copy.Findings, finding => finding.Rule == "plagiarism");

        Assert.Equal((0, source.Id), (plagiarism.Score, plagiarism.RelatedContribution));
        Assert.Contains("in another datanet", plagiarism.Evidence, StringComparison.Ordinal);
        Assert.Equal("review", copy.State);
    }

    [Fact]
    public async Task Records_of_a_registered_test_set_are_listed_and_its_text_is_kept_nowhere()
    {
        const string Question = "A harbour has three gauges which differ by nineteen centimetres at most; the keeper reads the middle one twice and writes the mean: what does he write at noon?";
        var owner = await server.JoinAsync();
        var stranger = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        await stranger.PostAsync("/api/v1/test-sets", new { name = "Gauges", items = new[] { Question }, datanet = datanet.Id }).RefusedAsync(HttpStatusCode.Forbidden);
        await owner.PostAsync("/api/v1/test-sets", new { name = "Gauges", items = new[] { Question } }).RefusedAsync(HttpStatusCode.Forbidden);
        var set = await owner.PostAsync<JsonElement>("/api/v1/test-sets", new { name = "Gauges", items = new[] { Question, "Short." }, datanet = datanet.Id });
        var sent = await SendAsync(owner, datanet.Id, "leak.jsonl", Row("Which unit is used?", Plain(9)), Row(Question, "The mean of both readings of the middle gauge."));

        var finding = Assert.Single(sent.Findings, finding => finding.Rule == "contamination");

        Assert.Equal((2, 0), (set.GetProperty("items").GetInt32(), finding.Score));
        Assert.Contains("1 records stand in a registered test set: 2.", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("'Gauges'", finding.Evidence, StringComparison.Ordinal);
        Assert.Equal("review", sent.State);
        var elsewhere = await owner.OpenSamplesAsync();
        var free = await SendAsync(owner, elsewhere.Id, "free.jsonl", Row("Which unit is used?", Plain(10)));
        Assert.Null(Assert.Single(free.Findings, finding => finding.Rule == "contamination").Score);
        await using var db = server.Read();
        Assert.Equal(set.GetProperty("runs").GetInt32(), await db.TestSetRuns.CountAsync(row => row.TestSetId == set.GetProperty("id").GetString(), Cancel));
    }

    [Fact]
    public async Task The_profile_stays_frozen_until_the_owner_renews_it()
    {
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var before = await owner.GetAsync<JsonElement>($"/api/v1/datanets/{datanet.Id}/profile");
        using var changed = await owner.Http.PatchAsync(new Uri($"/api/v1/datanets/{datanet.Id}", UriKind.Relative),
            new StringContent("{\"description\":\"Onion soup, stock and slow frying of onions in butter, with toasted bread and cheese.\",\"tags\":[\"soup\"]}", Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var still = await owner.GetAsync<JsonElement>($"/api/v1/datanets/{datanet.Id}/profile");
        var sent = await SendAsync(owner, datanet.Id, "before.md", Encoding.UTF8.GetString(Texts.Note("keel")));
        var renewed = await owner.PostAsync<JsonElement>($"/api/v1/datanets/{datanet.Id}/profile", new { });
        var after = await SendAsync(owner, datanet.Id, "after.md", Encoding.UTF8.GetString(Texts.Note("stern")));

        Assert.Equal(before.GetRawText(), still.GetRawText());
        Assert.Equal((1, 2), (before.GetProperty("version").GetInt32(), renewed.GetProperty("version").GetInt32()));
        Assert.NotEqual(before.GetProperty("low").GetDouble(), renewed.GetProperty("low").GetDouble());
        Assert.Contains("(profile 1)", Assert.Single(sent.Findings, finding => finding.Rule == "relevance").Evidence, StringComparison.Ordinal);
        Assert.Contains("(profile 2)", Assert.Single(after.Findings, finding => finding.Rule == "relevance").Evidence, StringComparison.Ordinal);
        var stranger = await server.JoinAsync();
        await stranger.PostAsync($"/api/v1/datanets/{datanet.Id}/profile", new { }).RefusedAsync(HttpStatusCode.Forbidden);
    }

    private async Task<ContributionView> SendAsync(Person person, string datanet, string name, params string[] rows)
    {
        var sent = await person.ContributeAsync(datanet, name, Encoding.UTF8.GetBytes(string.Join('\n', rows)));
        await server.ValidateAsync();
        return await person.ContributionAsync(sent.Id);
    }

    private static string Row(string question, string answer) => JsonSerializer.Serialize(new { instruction = question, output = answer });

    /// <summary>An answer about the library that shares no run of four words with another number's.</summary>
    private static string Plain(int number) => string.Join(' ', Enumerable.Range(0, 5).Select(index =>
        $"Gauge{number}x{index} returns tide level {number * 31 + index} in metres; sensor{number}y{index} throws PortException{number}z{index} when buoy {number}{index} is silent."));
}
