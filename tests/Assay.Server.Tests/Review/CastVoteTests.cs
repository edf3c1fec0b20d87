using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Leaderboard;
using Assay.Client.Review;
using Assay.Client.Transparency;

namespace Assay.Server.Tests.Review;

public sealed class CastVoteTests
{
    [Fact]
    public async Task Two_agreeing_votes_decide_and_the_second_verdict_stands_on_the_ledger()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (person, view) = await BorderlineAsync(server);
        var (first, second, third) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));

        var one = await first.PostAsync<VoteView>($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, "It fits."));
        Assert.Equal(("review", 1, 2), (one.State, one.Votes, one.Needed));
        await first.PostAsync($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, "Again.")).RefusedAsync(HttpStatusCode.Conflict, "voted");
        Assert.Equal("review", (await second.PostAsync<VoteView>($"/api/v1/review/{view.Id}/votes", new VoteRequest(false, "It does not."))).State);
        Assert.Equal("accepted", (await third.PostAsync<VoteView>($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, "It does."))).State);
        await second.PostAsync($"/api/v1/review/{view.Id}/votes", new VoteRequest(false, "Late.")).RefusedAsync(HttpStatusCode.Conflict, "decided");

        var decided = await Eventually.GetAsync(async () => await person.ContributionAsync(view.Id) is { State: "accepted", VerdictIndex: { } index } now && index != view.VerdictIndex ? now : null);
        var entry = (await person.GetAsync<Page<LedgerEntryView>>($"/api/v1/ledger/entries?from={decided.VerdictIndex}&count=1")).Items[0];
        Assert.Equal("verdict", entry.Type);
        Assert.Contains("votes", entry.Entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_vote_decides_where_the_operator_says_so_and_a_rejection_lowers_nobody()
    {
        await using var server = await AssayServer.StartAsync(null, "Review:VotesNeeded=1");
        var (person, view) = await BorderlineAsync(server);
        var reviewer = await server.JoinAsync("reviewer");
        var before = await StandingAsync(person);

        Assert.Equal("rejected", (await reviewer.PostAsync<VoteView>($"/api/v1/review/{view.Id}/votes", new VoteRequest(false, "Not about the library."))).State);

        await Eventually.TrueAsync(async () => (await StandingAsync(person)).Decided > before.Decided);
        Assert.True((await StandingAsync(person)).Standing >= before.Standing);
        Assert.Equal(before.Accepted, (await StandingAsync(person)).Accepted);
    }

    [Fact]
    public async Task Nobody_reviews_own_files_or_without_the_role_or_without_a_reason()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (person, view) = await BorderlineAsync(server, "reviewer");
        var reviewer = await server.JoinAsync("reviewer");
        var stranger = await server.JoinAsync();

        await person.PostAsync($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, "Mine.")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await stranger.PostAsync($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, "Nice.")).RefusedAsync(HttpStatusCode.Forbidden);
        await reviewer.PostAsync($"/api/v1/review/{view.Id}/votes", new VoteRequest(true, " ")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await reviewer.PostAsync("/api/v1/review/c_0000000000000000/votes", new VoteRequest(true, "What?")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        using var own = await person.Http.GetAsync(new Uri("/api/v1/review/next", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
    }

    [Fact]
    public async Task A_reviewer_sees_the_text_and_the_findings_but_no_name()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (person, view) = await BorderlineAsync(server);
        var reviewer = await server.JoinAsync("reviewer");

        using var answer = await reviewer.Http.GetAsync(new Uri("/api/v1/review/next", UriKind.Relative), TestContext.Current.CancellationToken);

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(person.Account.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(person.Account.Name, text, StringComparison.Ordinal);
        var item = await Person.ReadAsync<ReviewItem>(answer);
        Assert.Equal(view.Id, item.ContributionId);
        Assert.NotEmpty(item.Text);
        Assert.NotEmpty(item.Findings);
    }

    private static async Task<(Person Person, ContributionView View)> BorderlineAsync(AssayServer server, params string[] roles)
    {
        var person = await server.JoinAsync(roles);
        var datanet = await person.OpenSamplesAsync();
        await person.ContributeAsync(datanet.Id, "gauge.md", Texts.Sample("careful/01-tide-gauge.md"));
        var id = (await person.ContributeAsync(datanet.Id, "recipe.md", Texts.Sample("prolific/10-recipe.md"))).Id;
        await server.ValidateAsync();
        var view = await person.ContributionAsync(id);
        Assert.Equal("review", view.State);
        await Eventually.TrueAsync(async () => (await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.Count > 0);
        return (person, view);
    }

    private static async Task<StandingView> StandingAsync(Person person) =>
        Assert.Single((await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows, row => row.AccountId == person.Account.Id);
}
