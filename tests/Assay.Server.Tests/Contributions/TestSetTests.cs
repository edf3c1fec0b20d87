using System.Net;
using System.Text.Json;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Contributions.TestSets;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

public sealed class TestSetTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Removing_a_test_set_deletes_its_hashes_and_says_who_did_it()
    {
        var (chief, owner, stranger) = (await server.JoinAsync("operator"), await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenAsync();
        var own = await owner.PostAsync<TestSetView>("/api/v1/test-sets", new { name = "Own", items = new[] { "One text of a set that has no more than these fourteen words in it, all told." }, datanet = datanet.Id });
        var all = await chief.PostAsync<TestSetView>("/api/v1/test-sets", new { name = "For all", items = new[] { "Short." } });
        await stranger.Http.DeleteAsync(new Uri($"/api/v1/test-sets/{own.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Forbidden);
        await owner.Http.DeleteAsync(new Uri($"/api/v1/test-sets/{all.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Forbidden);
        await owner.Http.DeleteAsync(new Uri("/api/v1/test-sets/t_none", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound);

        var removed = await Person.ReadAsync<TestSetView>(await owner.Http.DeleteAsync(new Uri($"/api/v1/test-sets/{own.Id}", UriKind.Relative), Cancel));
        var again = await Person.ReadAsync<TestSetView>(await chief.Http.DeleteAsync(new Uri($"/api/v1/test-sets/{own.Id}", UriKind.Relative), Cancel));

        Assert.Equal((owner.Account.Name, owner.Account.Name), (removed.RegisteredBy, removed.RemovedBy));
        Assert.Equal(removed, again);
        await using var db = server.Read();
        Assert.Equal(0, await db.TestSetRuns.CountAsync(run => run.TestSetId == own.Id, Cancel));
        Assert.Equal(1, await db.TestSetRuns.CountAsync(run => run.TestSetId == all.Id, Cancel));
        var listed = (await stranger.GetAsync<Page<TestSetView>>($"/api/v1/test-sets?datanet={datanet.Id}")).Items;
        Assert.Equal([("For all", false), ("Own", true)], listed.Select(set => (set.Name, set.RemovedAt is not null)));
        var judged = await ContributeAsync(owner, datanet.Id);
        Assert.Contains("one of the 1 registered", Assert.Single(judged.Findings, finding => finding.Rule == "contamination").Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one text\r\n\r\n  another  \n", false, "one text|another")]
    [InlineData("\uFEFF{\"question\":\"Which unit?\",\"answer\":\"Metres.\",\"year\":7}\n\"plain\"\n[\"a\",{\"b\":\"c\"}]\n7\n", true, "Which unit?\nMetres.|plain|a\nc")]
    [InlineData("", true, "")]
    public void Texts_come_one_a_line(string text, bool isJson, string expected) =>
        Assert.Equal((expected, null), (string.Join('|', TestSetItems.Read(text, isJson).Items), TestSetItems.Read(text, isJson).Problem));

    [Theory]
    [InlineData("{\"a\":\"b\"}\n{oops\n")]
    [InlineData("\"a\"\n[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]")]
    public void A_line_that_is_no_json_is_named(string text) => Assert.Contains("Line 2", TestSetItems.Read(text, isJson: true).Problem, StringComparison.Ordinal);

    private async Task<ContributionView> ContributeAsync(Person person, string datanet)
    {
        var sent = await person.ContributeAsync(datanet, "rows.jsonl", JsonSerializer.SerializeToUtf8Bytes(new { instruction = "Which unit does a tide gauge use?", output = "Metres above chart datum, and it throws PortException when silent." }));
        await server.ValidateAsync();
        return await person.ContributionAsync(sent.Id);
    }
}
