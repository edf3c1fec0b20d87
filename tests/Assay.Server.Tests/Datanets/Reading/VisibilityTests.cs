using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Client;
using Assay.Client.Access;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Ledger.Entries;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Reading;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Datanets.Reading;

public sealed partial class VisibilityTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public", true, HttpStatusCode.Accepted)]
    [InlineData("restricted", true, HttpStatusCode.Forbidden)]
    [InlineData("private", false, HttpStatusCode.NotFound)]
    public async Task A_private_datanet_exists_for_its_owner_its_members_and_the_operator_alone(string visibility, bool forAll, HttpStatusCode sending)
    {
        var (owner, member, stranger, op) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync("operator"));
        var datanet = await OpenAsync(owner, visibility);
        await InviteAsync(owner, datanet.Id, member);

        Assert.Equal(visibility, datanet.Visibility);
        foreach (var (reader, sees) in new[] { (owner.Http, true), (member.Http, true), (op.Http, true), (stranger.Http, forAll), (server.Anonymous, forAll) })
        {
            using var one = await reader.GetAsync(Path($"/api/v1/datanets/{datanet.Id}"), Cancel);
            Assert.Equal(sees ? HttpStatusCode.OK : HttpStatusCode.NotFound, one.StatusCode);
            var list = await reader.GetFromJsonAsync<Page<DatanetView>>(Path($"/api/v1/datanets?search={datanet.Name}"), AssayJson.Options, Cancel);
            Assert.Equal(sees, list!.Items.Any(view => view.Id == datanet.Id));
        }

        using var sent = await stranger.SendAsync(datanet.Id, "a.md", Encoding.UTF8.GetBytes($"words {Guid.NewGuid()}"));
        Assert.Equal(sending, sent.StatusCode);
    }

    [Fact]
    public async Task What_is_hidden_answers_word_for_word_like_what_does_not_exist()
    {
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await OpenAsync(owner, "private");
        foreach (var path in (string[])["", "/snapshots", "/imports", "/contributions", "/leaderboard", "/leaderboard.csv", "/quiz", "/profile", "/members"])
        {
            var (hidden, unknown) = (await AnswerAsync(stranger, datanet.Id), await AnswerAsync(stranger, "d_0123456789abcdef"));
            Assert.Equal(HttpStatusCode.NotFound, hidden.Status);
            Assert.Equal((unknown.Status, unknown.Body.Replace("d_0123456789abcdef", datanet.Id, StringComparison.Ordinal)).ToString(), hidden.ToString());

            async Task<(HttpStatusCode Status, string Body)> AnswerAsync(Person person, string id)
            {
                using var answer = await person.Http.GetAsync(Path($"/api/v1/datanets/{id}{path}"), Cancel);
                var body = await answer.Content.ReadAsStringAsync(Cancel);
                return (answer.StatusCode, Trace().Replace(body, ""));
            }
        }
    }

    [Fact]
    public async Task A_private_name_is_not_taken_and_publishing_needs_it_to_be_free()
    {
        var (owner, other) = (await server.JoinAsync(), await server.JoinAsync());
        var hidden = await OpenAsync(owner, "private");
        var shown = await OpenAsync(other, "public", hidden.Name);
        Assert.Equal(hidden.Name, shown.Name);

        await ChangeAsync(owner, hidden.Id, new(Visibility: "public", Confirm: hidden.Name)).RefusedAsync(HttpStatusCode.Conflict, "name_taken");
        Assert.Equal("private", (await owner.GetAsync<DatanetView>($"/api/v1/datanets/{hidden.Id}")).Visibility);
    }

    [Fact]
    public async Task Publishing_is_confirmed_by_the_name_recorded_and_not_taken_back_and_a_used_datanet_does_not_become_private()
    {
        var (owner, reader) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await OpenAsync(owner, "public");
        Assert.Equal("restricted", (await ChangedAsync(owner, datanet.Id, new(Visibility: "restricted"))).Visibility);
        Assert.Equal("private", (await ChangedAsync(owner, datanet.Id, new(Visibility: "private"))).Visibility);
        await owner.ContributeAsync(datanet.Id, "own.md", Encoding.UTF8.GetBytes($"# One\n\nWords {Guid.NewGuid()}."));
        await ChangeAsync(owner, datanet.Id, new(Visibility: "open")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await ChangeAsync(owner, datanet.Id, new(Visibility: "public")).RefusedAsync(HttpStatusCode.Conflict, "not_confirmed");
        await ChangeAsync(owner, datanet.Id, new(Visibility: "public", Confirm: "another name")).RefusedAsync(HttpStatusCode.Conflict, "not_confirmed");
        await reader.Http.GetAsync(Path($"/api/v1/datanets/{datanet.Id}"), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");

        var published = await ChangedAsync(owner, datanet.Id, new(Visibility: "restricted", Confirm: datanet.Name));
        Assert.Equal("restricted", published.Visibility);
        Assert.NotNull(published.PublishedAt);
        Assert.Equal(datanet.Name, (await reader.GetAsync<DatanetView>($"/api/v1/datanets/{datanet.Id}")).Name);
        await ChangeAsync(owner, datanet.Id, new(Visibility: "private")).RefusedAsync(HttpStatusCode.Conflict, "published");
        await using var db = server.Read();
        Assert.Equal(4, (await db.Datanets.SingleAsync(row => row.Id == datanet.Id, Cancel)).Revision);
    }

    [Fact]
    public async Task An_invitation_into_a_private_datanet_needs_an_account_that_is_there_and_ends_reading_when_it_is_taken_back()
    {
        var (owner, member) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await OpenAsync(owner, "private");
        await owner.PostAsync($"/api/v1/datanets/{datanet.Id}/members", new InviteRequest("somebody.later@example.org")).RefusedAsync(HttpStatusCode.Conflict, "no_account");
        await InviteAsync(owner, datanet.Id, member);
        await InviteAsync(owner, datanet.Id, member, "reviewer");
        var file = await member.ContributeAsync(datanet.Id, "m.md", Encoding.UTF8.GetBytes($"# Two\n\nWords {Guid.NewGuid()}."));
        var owned = await owner.ContributeAsync(datanet.Id, "o.md", Encoding.UTF8.GetBytes($"# Three\n\nWords {Guid.NewGuid()}."));
        var access = await member.PostAsync<AccessView>($"/api/v1/datanets/{datanet.Id}/access", new AccessRequest(new string('p', 60), AcceptTerms: true));
        await owner.PostAsync<AccessView>($"/api/v1/access/{access.Id}", new AccessDecision(AccessEntry.Grant));

        await RemoveAsync(owner, datanet.Id, member, "contributor");
        await member.GetAsync<DatanetView>($"/api/v1/datanets/{datanet.Id}"); // still invited as reviewer
        await member.SendAsync(datanet.Id, "n.md", Encoding.UTF8.GetBytes("# Four\n\nMore words.")).RefusedAsync(HttpStatusCode.Forbidden, "not_invited");
        await RemoveAsync(owner, datanet.Id, member, "reviewer");

        foreach (var path in (string[])[$"/datanets/{datanet.Id}", $"/datanets/{datanet.Id}/contributions", $"/contributions/{owned.Id}", $"/contributions/{owned.Id}/content", $"/contributions/{owned.Id}/receipt", $"/contributions/{owned.Id}/life"])
        {
            await member.Http.GetAsync(Path("/api/v1" + path), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }

        Assert.Equal("m.md", (await member.ContributionAsync(file.Id)).FileName);
        Assert.Empty((await member.GetAsync<Page<AccessView>>("/api/v1/access")).Items);
        Assert.Equal("revoked", Assert.Single((await owner.GetAsync<Page<AccessView>>("/api/v1/access")).Items).State);
        using var withdrawn = await member.PostAsync($"/api/v1/contributions/{file.Id}/removal", new { kind = "withdraw" });
        Assert.Equal(HttpStatusCode.OK, withdrawn.StatusCode);
    }

    [Fact]
    public async Task Whoever_signs_up_with_an_address_that_was_invited_before_the_datanet_was_private_does_not_get_in()
    {
        await using var own = await AssayServer.StartAsync(null);
        var owner = await own.JoinAsync();
        var datanet = await OpenAsync(owner, "restricted");
        await owner.PostAsync($"/api/v1/datanets/{datanet.Id}/members", new InviteRequest("person2@example.org"));
        await ChangedAsync(owner, datanet.Id, new(Visibility: "private"));
        var late = await own.JoinAsync();
        Assert.Equal("person2@example.org", late.Account.Email);
        await late.Http.GetAsync(Path($"/api/v1/datanets/{datanet.Id}"), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");

        await InviteAsync(owner, datanet.Id, late); // asked again, now that the owner can see who it is
        await late.GetAsync<DatanetView>($"/api/v1/datanets/{datanet.Id}");
    }

    [Fact]
    public async Task Same_bytes_same_text_and_shared_passages_are_told_inside_a_border_and_not_across_it()
    {
        await using var own = await AssayServer.StartAsync(null);
        var (owner, other) = (await own.JoinAsync(), await own.JoinAsync());
        var (hidden, shown) = (await OpenAsync(owner, "private"), await OpenAsync(other, "public"));
        var text = Texts.Sample("careful/01-tide-gauge.md");
        var secret = await owner.ContributeAsync(hidden.Id, "secret-name.md", text);
        await own.ValidateAsync();

        // Out of the private one: the same bytes, the same words in other bytes, and most of its passages.
        var copy = await other.ContributeAsync(shown.Id, "copy.md", text);
        var spaced = await other.ContributeAsync(shown.Id, "spaced.md", [.. Encoding.UTF8.GetBytes("\n\n"), .. Texts.Sample("careful/02-buoy.md")]);
        await own.ValidateAsync();
        Assert.DoesNotContain("secret-name", JsonOf(await other.ContributionAsync(copy.Id)), StringComparison.Ordinal);
        Assert.All((await other.ContributionAsync(copy.Id)).Findings.Where(finding => finding.Rule is "novelty" or "plagiarism" or "derived"), finding => Assert.Null(finding.RelatedContribution));

        // Into it: what is public does not count either.
        var back = await owner.ContributeAsync(hidden.Id, "buoy.md", Texts.Sample("careful/02-buoy.md"));
        await own.ValidateAsync();
        Assert.DoesNotContain("spaced.md", JsonOf(await owner.ContributionAsync(back.Id)), StringComparison.Ordinal);

        // Inside it everything is compared.
        await owner.SendAsync(hidden.Id, "again.md", text).RefusedAsync(HttpStatusCode.Conflict, "duplicate");
        var inside = await owner.ContributeAsync(hidden.Id, "inside.md", [.. text, .. Encoding.UTF8.GetBytes("\n\nOne more line that is new here.\n")]);
        await own.ValidateAsync();
        Assert.Contains("secret-name", JsonOf(await owner.ContributionAsync(inside.Id)), StringComparison.Ordinal);
        Assert.Equal(spaced.Id, (await other.ContributionAsync(spaced.Id)).Id);

        // Published, its passages are found from outside.
        await ChangedAsync(owner, hidden.Id, new(Visibility: "public", Confirm: hidden.Name));
        var third = await OpenAsync(other, "public");
        var quoting = await other.ContributeAsync(third.Id, "quoting.md", [.. Texts.Sample("careful/01-tide-gauge.md"), .. Encoding.UTF8.GetBytes("\n\nAnd an ending of its own, in words nobody sent before.\n")]);
        await own.ValidateAsync();
        var plagiarism = (await other.ContributionAsync(quoting.Id)).Findings.Single(finding => finding.Rule == "plagiarism");
        Assert.Contains(plagiarism.RelatedContribution, (string[])[secret.Id, inside.Id, copy.Id]);
    }

    [Fact]
    public async Task The_ledger_holds_of_a_private_datanet_ids_and_salted_hashes_and_of_a_public_one_its_licences()
    {
        var owner = await server.JoinAsync();
        var hidden = await OpenAsync(owner, "private");
        var file = await owner.ContributeAsync(hidden.Id, "ledger.md", Encoding.UTF8.GetBytes($"# Five\n\nWords {Guid.NewGuid()}."));
        await using (var db = server.Read())
        {
            var row = await db.Datanets.SingleAsync(datanet => datanet.Id == hidden.Id, Cancel);
            var entry = await EntryAsync<DatanetEntry>(hidden.Id);
            Assert.Equal((Commitment.OfText(row.Salt, row.Purpose), Commitment.OfText(row.Salt, Person.Licence)), (entry.Purpose, Assert.Single(entry.Licences)));
            Assert.Equal(32, row.Salt.Length);
            var salt = await db.Contributions.Where(contribution => contribution.Id == file.Id).Select(contribution => contribution.Salt).SingleAsync(Cancel);
            Assert.Equal(Commitment.OfText(salt, Person.Licence), (await EntryAsync<ContribEntry>(hidden.Id)).Licence);
        }

        var shown = await OpenAsync(owner, "public");
        Assert.Equal([Person.Licence], (await EntryAsync<DatanetEntry>(shown.Id)).Licences);

        async Task<T> EntryAsync<T>(string datanet)
            where T : LedgerEntry
        {
            await using var db = server.Read();
            return (await db.LedgerEntries.AsNoTracking().ToListAsync(Cancel)).Select(row => EntryTypes.Parse(row.Bytes)).OfType<T>()
                .Last(entry => entry is DatanetEntry { Datanet: var id } && id == datanet || entry is ContribEntry { Datanet: var of } && of == datanet);
        }
    }

    [Theory]
    [InlineData("Public", "Restricted", true, null, null)]
    [InlineData("Restricted", "Public", true, null, null)]
    [InlineData("Public", "Private", false, null, null)]
    [InlineData("Restricted", "Private", true, null, "published")]
    [InlineData("Private", "Private", true, null, null)]
    [InlineData("Private", "Public", true, null, "not_confirmed")]
    [InlineData("Private", "Restricted", false, "Harbor ", null)]
    public void The_rules_of_change(string from, string to, bool used, string? confirmed, string? refused) =>
        Assert.Equal(refused, VisibilityRules.Refuse(new DatanetRow { Name = "Harbor", Visibility = VisibilityRules.Parse(from) }, VisibilityRules.Parse(to), used, confirmed)?.Reason);

    internal static async Task<DatanetView> OpenAsync(Person owner, string visibility, string? name = null) => await owner.PostAsync<DatanetView>("/api/v1/datanets",
        new { name = name ?? $"Hidden {Guid.NewGuid():n}", kind = "text", purpose = Person.Purpose, licences = new[] { Person.Licence }, visibility });

    internal static async Task InviteAsync(Person owner, string datanet, Person member, string role = "contributor")
    {
        using var answer = await owner.PostAsync($"/api/v1/datanets/{datanet}/members", new InviteRequest(member.Account.Email, role));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    internal static async Task RemoveAsync(Person owner, string datanet, Person member, string role)
    {
        using var answer = await owner.Http.DeleteAsync(Path($"/api/v1/datanets/{datanet}/members?email={member.Account.Email}&role={role}"), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static string JsonOf(ContributionView view) => System.Text.Json.JsonSerializer.Serialize(view, AssayJson.Options);

    private static Task<HttpResponseMessage> ChangeAsync(Person owner, string datanet, ChangeSettingsRequest request) =>
        owner.Http.PatchAsJsonAsync($"/api/v1/datanets/{datanet}", request, AssayJson.Options, Cancel);

    private static async Task<DatanetView> ChangedAsync(Person owner, string datanet, ChangeSettingsRequest request)
    {
        using var answer = await ChangeAsync(owner, datanet, request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await Person.ReadAsync<DatanetView>(answer);
    }

    [GeneratedRegex(",?\"trace_id\":\"[^\"]*\"")]
    private static partial Regex Trace();

    private static Uri Path(string path) => new(path, UriKind.Relative);
}
