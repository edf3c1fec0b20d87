using System.Net;
using System.Text.Json.Nodes;
using Assay.Client.Datanets;

namespace Assay.Server.Tests.Datanets;

public sealed class OpenDatanetTests(AssayServer server) : IClassFixture<AssayServer>
{
    [Fact]
    public async Task A_name_is_given_once_whatever_its_case()
    {
        var owner = await server.JoinAsync();
        await owner.OpenAsync("Recipes of the coast");

        await owner.PostAsync("/api/v1/datanets", Body(("name", "RECIPES of the Coast"))).RefusedAsync(HttpStatusCode.Conflict, "name_taken");
    }

    [Fact]
    public async Task An_open_datanet_shows_its_rules_and_its_empty_counters()
    {
        var owner = await server.JoinAsync();
        var opened = await owner.OpenAsync();

        var seen = await owner.GetAsync<DatanetView>($"/api/v1/datanets/{opened.Id}");

        Assert.Equal("open", seen.State);
        Assert.Equal(600, seen.Accept);
        Assert.Equal(["en"], seen.Languages);
        Assert.Equal((0, 0, 0, 0), (seen.Accepted, seen.Rejected, seen.InReview, seen.Contributors));
        Assert.Equal(10_485_760, seen.BytesPerDay);
        Assert.Equal(0, seen.BytesToday);
    }

    public static TheoryData<string, string> BadFields => new()
    {
        { "name", "\"ab\"" },
        { "name", $"\"{new string('x', 81)}\"" },
        { "name", "\"bell\\u0007bell\"" },
        { "name", "\"no\\ufffecharacter\"" },
        { "name", "null" },
        { "kind", "\"video\"" },
        { "kind", "\"TEXT\"" },
        { "purpose", "\"too short\"" },
        { "purpose", $"\"{new string('x', 4001)}\"" },
        { "licences", "[]" },
        { "licences", "[null]" },
        { "licences", "[\"MIT,Apache-2.0\"]" },
        { "licences", "\"MIT\"" },
        { "licences", """["1","2","3","4","5","6","7","8","9","10","11"]""" },
        { "summary", $"\"{new string('x', 201)}\"" },
        { "summary", "null" },
        { "description", $"\"{new string('x', 20_001)}\"" },
        { "tags", "[\"\"]" },
        { "tags", "[null]" },
        { "languages", $"[\"{new string('x', 41)}\"]" },
        { "exemplars", """[{"name":"one","text":"x"}]""" },
        { "exemplars", "[null,null,null]" },
        { "exemplars", """[{"name":"a","text":"short"},{"name":"b","text":"short"},{"name":"c","text":"short"}]""" },
        { "accept", "599" },
        { "accept", "901" },
        { "accept", "600.5" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public async Task Each_bad_field_answers_400_and_opens_nothing(string field, string json)
    {
        var owner = await server.JoinAsync();
        var body = Body();
        body[field] = JsonNode.Parse(json);
        var content = new StringContent(body.ToJsonString(), null, "application/json");

        await owner.Http.PostAsync(new Uri("/api/v1/datanets", UriKind.Relative), content, TestContext.Current.CancellationToken).RefusedAsync(HttpStatusCode.BadRequest);

        Assert.DoesNotContain((await owner.GetAsync<Page<DatanetView>>("/api/v1/datanets")).Items, datanet => datanet.OwnerId == owner.Account.Id);
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task The_list_is_searched_by_name_and_summary_and_percent_signs_are_letters()
    {
        var owner = await server.JoinAsync();
        await owner.OpenAsync("Tide tables 100% exact");
        await owner.OpenAsync("Lock gates");

        Assert.Equal("Tide tables 100% exact", Assert.Single(await FindAsync(owner, "100%")).Name);
        Assert.Empty(await FindAsync(owner, "T%exact"));
        Assert.Empty(await FindAsync(owner, "' OR 1=1 --"));
    }

    [Fact]
    public async Task The_owner_pauses_reopens_and_closes_and_a_closed_datanet_stays_closed()
    {
        var owner = await server.JoinAsync();
        var stranger = await server.JoinAsync();
        var datanet = await owner.OpenAsync();
        var path = $"/api/v1/datanets/{datanet.Id}/state";

        await stranger.PostAsync(path, new ChangeStateRequest("paused", "I want it")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync(path, new ChangeStateRequest("paused", " ")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync(path, new ChangeStateRequest("deleted", "Gone")).RefusedAsync(HttpStatusCode.Conflict, "state");
        Assert.Equal("paused", (await owner.PostAsync<DatanetView>(path, new ChangeStateRequest("paused", "Cleaning"))).State);
        Assert.Equal("open", (await owner.PostAsync<DatanetView>(path, new ChangeStateRequest("open", "Done"))).State);
        Assert.Equal("closed", (await owner.PostAsync<DatanetView>(path, new ChangeStateRequest("closed", "Full"))).State);
        await owner.PostAsync(path, new ChangeStateRequest("open", "Once more")).RefusedAsync(HttpStatusCode.Conflict, "state");
    }

    private static async Task<IReadOnlyList<DatanetView>> FindAsync(Person person, string text) =>
        (await person.GetAsync<Page<DatanetView>>($"/api/v1/datanets?search={Uri.EscapeDataString(text)}")).Items;

    private static JsonObject Body(params (string Field, string Value)[] changes)
    {
        var body = new JsonObject
        {
            ["name"] = $"Datanet {Guid.NewGuid():n}",
            ["kind"] = "text",
            ["purpose"] = Person.Purpose,
            ["licences"] = new JsonArray(Person.Licence),
        };
        foreach (var (field, value) in changes)
        {
            body[field] = value;
        }

        return body;
    }
}
