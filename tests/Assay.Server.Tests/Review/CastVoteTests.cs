using System.Net;
using Assay.Client.Datanets;
using Assay.Client.Leaderboard;
using Assay.Client.Review;
using Assay.Client.Transparency;

namespace Assay.Server.Tests.Review;

public sealed class CastVoteTests
{
    [Fact]
    public async Task Two_agreeing_votes_decide_and_the_ledger_says_by_how_many()
    {
        await using var server = await Reviewed.StartAsync();
        var (person, view) = await server.BorderlineAsync();
        var (first, second, third) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));

        var item = await first.VoteNextAsync(true, "It fits.");
        Assert.Equal("review", (await person.ContributionAsync(view.Id)).State);
        await first.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(true, "Again.")).RefusedAsync(HttpStatusCode.Conflict, "ended");
        await second.VoteNextAsync(false, "It does not.");
        Assert.Equal("review", (await person.ContributionAsync(view.Id)).State);
        await third.VoteNextAsync(true, "It does.");

        var decided = await Eventually.GetAsync(async () => await person.ContributionAsync(view.Id) is { State: "accepted", VerdictIndex: { } index } now && index != view.VerdictIndex ? now : null);
        var entries = (await person.GetAsync<Page<LedgerEntryView>>($"/api/v1/ledger/entries?from={decided.VerdictIndex - 1}&count=2")).Items;
        Assert.Equal(["votes", "verdict"], entries.Select(entry => entry.Type));
        Assert.Equal((view.LedgerIndex, 3, 2), (entries[0].Entry.GetProperty("contrib").GetInt64(), entries[0].Entry.GetProperty("votes").GetInt32(), entries[0].Entry.GetProperty("needed").GetInt32()));
        Assert.Equal(("votes", 2), (entries[1].Entry.GetProperty("by").GetString(), entries[1].Entry.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task One_vote_decides_where_the_operator_says_so_the_ledger_says_it_too_and_a_rejection_lowers_nobody()
    {
        await using var server = await Reviewed.StartAsync("Review:VotesNeeded=1");
        var (person, view) = await server.BorderlineAsync();
        var before = await StandingAsync(person);

        await (await server.JoinAsync("reviewer")).VoteNextAsync(false, "Not about the library.");

        Assert.Equal("rejected", (await person.ContributionAsync(view.Id)).State);
        await Eventually.TrueAsync(async () => (await StandingAsync(person)).Decided > before.Decided);
        Assert.True((await StandingAsync(person)).Standing >= before.Standing);
        Assert.Equal(before.Accepted, (await StandingAsync(person)).Accepted);
        var votes = Assert.Single((await person.GetAsync<Page<LedgerEntryView>>("/api/v1/ledger/entries?from=0&count=100")).Items, entry => entry.Type == "votes");
        Assert.Equal(1, votes.Entry.GetProperty("needed").GetInt32());
    }

    [Fact]
    public async Task Nobody_reviews_own_files_or_without_the_role_or_without_a_reason_or_what_they_were_not_given()
    {
        await using var server = await Reviewed.StartAsync();
        var (person, _) = await server.BorderlineAsync("reviewer");
        var (reviewer, other, stranger) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"), await server.JoinAsync());

        Assert.Null(await person.NextAsync());
        await stranger.PostAsync("/api/v1/review/next", new { }).RefusedAsync(HttpStatusCode.Forbidden);
        var item = (await reviewer.NextAsync())!;
        await other.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(true, "Nice.")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await reviewer.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(true, " ")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await reviewer.PostAsync("/api/v1/review/assignments/99/vote", new VoteRequest(true, "What?")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_reviewer_sees_the_text_and_the_findings_but_neither_a_name_nor_the_file_s_address()
    {
        await using var server = await Reviewed.StartAsync();
        var (person, view) = await server.BorderlineAsync();
        var reviewer = await server.JoinAsync("reviewer");

        using var answer = await reviewer.PostAsync("/api/v1/review/next", new { });

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(person.Account.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(person.Account.Name, text, StringComparison.Ordinal);
        Assert.DoesNotContain(view.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(view.FileName, text, StringComparison.Ordinal);
        var item = await Person.ReadAsync<ReviewItem>(answer);
        Assert.NotEmpty(item.Text);
        Assert.NotEmpty(item.Findings);
    }

    private static async Task<StandingView> StandingAsync(Person person) =>
        Assert.Single((await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows, row => row.AccountId == person.Account.Id);
}
