using System.Net;
using Assay.Client.Review;
using Assay.Server.Review;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Review;

public sealed class GoldTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Votes_on_known_answers_change_no_file_count_in_the_figures_pause_who_is_mostly_wrong_and_the_operator_lets_go_on()
    {
        var clock = new FakeTimeProvider(new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var server = await Reviewed.StartAsync(clock, "Review:GoldShare=0.5", "Review:VotesNeeded=5");
        var (author, open) = await server.BorderlineAsync();
        var (chief, sender, reviewer) = (await server.JoinAsync("operator"), await server.JoinAsync(), await server.JoinAsync("reviewer"));
        var gold = new List<string>();
        for (var i = 0; i < GoldAnswers.Window; i++)
        {
            gold.Add((await sender.ContributeAsync(open.DatanetId, $"{i}.md", Texts.Unique(1500))).Id);
        }

        await server.ValidateAsync();
        await sender.PostAsync($"/api/v1/contributions/{gold[0]}/gold", new GoldRequest(true)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await chief.PostAsync($"/api/v1/contributions/{open.Id}/gold", new GoldRequest(true)).RefusedAsync(HttpStatusCode.Conflict, "not_decided");
        foreach (var id in gold)
        {
            using var marked = await chief.PostAsync($"/api/v1/contributions/{id}/gold", new GoldRequest(false));
            Assert.Equal(HttpStatusCode.NoContent, marked.StatusCode);
        }

        var before = await EntriesAsync(server);
        for (var wrong = 0; wrong < GoldAnswers.Window;)
        {
            var item = (await reviewer.NextAsync())!;
            if (await IsGoldAsync(server, item.AssignmentId))
            {
                // 9 wrong answers of 20: one too many.
                await reviewer.PostAsync<VoteView>($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(wrong++ < 9, "As I see it."));
            }
            else
            {
                clock.Advance(TimeSpan.FromHours(24)); // the file that is really open comes again
            }
        }

        await reviewer.PostAsync("/api/v1/review/next", new { }).RefusedAsync(HttpStatusCode.Forbidden, "paused");
        foreach (var id in gold)
        {
            Assert.Equal("rejected", (await author.ContributionAsync(id)).State);
        }

        Assert.Equal(before, await EntriesAsync(server));
        var figures = await reviewer.GetAsync<ReviewerFigures>("/api/v1/review/figures");
        Assert.Equal((0, 20, 11, true), (figures.Votes, figures.Gold, figures.GoldRight, figures.Paused));
        Assert.Equal(new ConfusionView(0, 9, 11, 0), figures.Confusion);
        Assert.Equal(figures, Assert.Single((await author.GetAsync<ReviewerBoard>("/api/v1/review/board")).Rows));

        await reviewer.PostAsync($"/api/v1/review/reviewers/{reviewer.Account.Id}/resume", new { }).RefusedAsync(HttpStatusCode.Forbidden);
        using var resumed = await chief.PostAsync($"/api/v1/review/reviewers/{reviewer.Account.Id}/resume", new { });
        Assert.Equal(HttpStatusCode.NoContent, resumed.StatusCode);
        Assert.NotNull(await reviewer.NextAsync());
        Assert.False((await reviewer.GetAsync<ReviewerFigures>("/api/v1/review/figures")).Paused);
    }

    [Theory]
    [InlineData(19, 0, false)]
    [InlineData(20, 12, false)]
    [InlineData(20, 11, true)]
    public void A_reviewer_pauses_below_twelve_right_of_the_last_twenty(int answers, int right, bool paused) =>
        Assert.Equal(paused, GoldAnswers.IsPaused([.. Enumerable.Range(0, answers).Select(number => number < right)]));

    [Fact]
    public void Only_the_last_answers_count_for_the_pause() =>
        Assert.False(GoldAnswers.IsPaused([.. Enumerable.Repeat(false, 50), .. Enumerable.Repeat(true, 12), .. Enumerable.Repeat(false, 8)]));

    [Fact]
    public void The_board_ranks_by_reliability_on_known_answers_and_deviating_votes_move_nobody()
    {
        var at = DateTimeOffset.UnixEpoch;
        ReviewerBoards.Cast Gold(string who, int item, bool right) => new(who, $"g{item}", right, true, true, at);
        ReviewerBoards.Cast Vote(string who, int item, bool accept, bool outcome) => new(who, $"c{item}", accept, outcome, false, at);
        List<ReviewerBoards.Cast> votes =
        [
            .. Enumerable.Range(0, 20).Select(item => Gold("a_steady", item, item > 0)), // 19 of 20
            Gold("a_lucky", 0, true), // 1 of 1
            .. Enumerable.Range(0, 6).SelectMany(item => (ReviewerBoards.Cast[])[Vote("a_steady", item, item % 2 == 0, true), Vote("a_lucky", item, item % 2 == 0, true)]),
        ];

        var board = ReviewerBoards.Make(votes, new Dictionary<string, string>(), new Dictionary<string, DateTimeOffset>());

        Assert.Equal(["a_steady", "a_lucky"], board.Rows.Select(row => row.AccountId));
        Assert.Equal((6, 3), (board.Rows[0].Votes, board.Rows[0].WithOutcome));
        Assert.Equal(1, board.KappaPairs);
        var deviating = ReviewerBoards.Make([.. votes.Where(vote => vote.IsGold || vote.Reviewer != "a_steady"), .. Enumerable.Range(0, 6).Select(item => Vote("a_steady", item, false, true))],
            new Dictionary<string, string>(), new Dictionary<string, DateTimeOffset>());
        Assert.Equal(["a_steady", "a_lucky"], deviating.Rows.Select(row => row.AccountId));
        Assert.False(deviating.Rows[0].Paused);
    }

    private static async Task<bool> IsGoldAsync(AssayServer server, long assignment)
    {
        await using var db = server.Read();
        return await db.Assignments.AnyAsync(row => row.Id == assignment && row.CaseId == null, Cancel);
    }

    private static async Task<int> EntriesAsync(AssayServer server)
    {
        await using var db = server.Read();
        return await db.LedgerEntries.CountAsync(Cancel);
    }
}
