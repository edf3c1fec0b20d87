using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Review;
using Assay.Client.Transparency;
using Assay.Server.Contributions;
using Assay.Server.Review;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Review;

public sealed class DecideCaseTests
{
    [Fact]
    public async Task What_nobody_votes_on_for_14_days_comes_to_the_operator_and_time_alone_decides_nothing()
    {
        var clock = new FakeTimeProvider(new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var server = await Reviewed.StartAsync(clock);
        var (author, view) = await server.BorderlineAsync();
        var (chief, reviewer) = (await server.JoinAsync("operator"), await server.JoinAsync("reviewer"));

        clock.Advance(TimeSpan.FromDays(10));
        await reviewer.VoteNextAsync(true); // a vote is a move: the fourteen days begin anew
        clock.Advance(TimeSpan.FromDays(13));
        Assert.Empty((await chief.GetAsync<Page<WaitingView>>("/api/v1/review/waiting")).Items);
        await chief.PostAsync($"/api/v1/contributions/{view.Id}/decision", new VoteRequest(false, "Too early.")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("review", (await author.ContributionAsync(view.Id)).State);
        Assert.Equal((view.Id, "borderline"), Assert.Single((await chief.GetAsync<Page<WaitingView>>("/api/v1/review/waiting")).Items) is var item ? (item.ContributionId, item.Kind) : default);
        await reviewer.PostAsync($"/api/v1/contributions/{view.Id}/decision", new VoteRequest(false, "I may not.")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");

        var decided = await chief.PostAsync<ContributionView>($"/api/v1/contributions/{view.Id}/decision", new VoteRequest(false, "Not about the library."));

        Assert.Equal("rejected", decided.State);
        Assert.Equal("operator", (await VerdictAsync(author, view.Id)).By);
    }

    [Fact]
    public async Task Where_the_owner_approves_every_file_those_of_others_wait_and_nobody_else_decides()
    {
        await using var server = await Reviewed.StartAsync();
        var owner = await server.JoinAsync();
        var datanet = await owner.PostAsync<DatanetView>("/api/v1/datanets", new { name = "Approved", kind = "text", purpose = Person.Purpose, licences = new[] { Person.Licence }, approval = true });
        Assert.True(datanet.Approval);
        var (author, reviewer) = (await server.JoinAsync(), await server.JoinAsync("reviewer"));
        var own = await owner.ContributeAsync(datanet.Id, "own.md", Texts.Sample("careful/01-tide-gauge.md"));
        var file = await author.ContributeAsync(datanet.Id, "buoy.md", Texts.Sample("careful/02-buoy.md"));
        await server.ValidateAsync();

        Assert.Equal(("accepted", "review"), ((await author.ContributionAsync(own.Id)).State, (await author.ContributionAsync(file.Id)).State));
        Assert.Null(await reviewer.NextAsync());
        await author.PostAsync($"/api/v1/contributions/{file.Id}/decision", new VoteRequest(true, "Mine.")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal("approval", Assert.Single((await owner.GetAsync<Page<WaitingView>>("/api/v1/review/waiting")).Items).Kind);
        Assert.Equal("accepted", (await owner.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/decision", new VoteRequest(true, "Fits."))).State);
        Assert.Equal(("owner", 2), await VerdictAsync(author, file.Id));
    }

    [Fact]
    public async Task An_audited_file_stays_accepted_until_two_votes_reject_it_and_then_it_can_be_appealed()
    {
        await using var server = await Reviewed.StartAsync("Review:AuditShare=1", "Review:AuditShareUnproven=1");
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var author = await server.JoinAsync();
        var file = await author.ContributeAsync(datanet.Id, "buoy.md", Texts.Sample("careful/02-buoy.md"));
        await server.ValidateAsync();

        await (await server.JoinAsync("reviewer")).VoteNextAsync(false);
        Assert.Equal("accepted", (await author.ContributionAsync(file.Id)).State);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(false);
        Assert.Equal("rejected", (await author.ContributionAsync(file.Id)).State);
        Assert.Equal("review", (await author.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/appeal", new AppealRequest("Why?"))).State);
    }

    [Fact]
    public void Files_of_unproven_contributors_are_audited_more_often_at_the_stated_shares()
    {
        var rules = new ReviewOptions();
        Assert.Equal(0.1, Audits.ShareOf(0, 0, rules));
        Assert.Equal(0.1, Audits.ShareOf(3, 3, rules)); // bound 0.4385
        Assert.Equal(0.02, Audits.ShareOf(4, 4, rules)); // bound 0.5101
        Assert.Equal(0.1, Audits.ShareOf(50, 100, rules));
        Assert.InRange(Enumerable.Range(0, 100_000).Count(seed => AssignmentRules.IsAudited(seed, 0.02)), 1_800, 2_200); // standard deviation 44
        Assert.InRange(Enumerable.Range(0, 100_000).Count(seed => AssignmentRules.IsAudited(seed, 0.1)), 9_500, 10_500);
    }

    [Fact]
    public void Approval_holds_back_what_passes_and_nothing_else()
    {
        Assert.Equal((ContributionState.Review, ReviewKind.Approval), ReviewCases.AfterRules(ContributionState.Accepted, approval: true, byOwner: false));
        Assert.Equal((ContributionState.Accepted, null), ReviewCases.AfterRules(ContributionState.Accepted, approval: true, byOwner: true));
        Assert.Equal((ContributionState.Accepted, null), ReviewCases.AfterRules(ContributionState.Accepted, approval: false, byOwner: false));
        Assert.Equal((ContributionState.Review, ReviewKind.Borderline), ReviewCases.AfterRules(ContributionState.Review, approval: true, byOwner: false));
        Assert.Equal((ContributionState.Rejected, null), ReviewCases.AfterRules(ContributionState.Rejected, approval: true, byOwner: false));
    }

    private static async Task<(string? By, int Sequence)> VerdictAsync(Person person, string id)
    {
        var decided = await Eventually.GetAsync(async () => await person.ContributionAsync(id) is { VerdictIndex: not null } indexed ? indexed : null);
        var entry = (await person.GetAsync<Page<LedgerEntryView>>($"/api/v1/ledger/entries?from={decided.VerdictIndex}&count=1")).Items[0].Entry;
        return (entry.GetProperty("by").GetString(), entry.GetProperty("seq").GetInt32());
    }
}
