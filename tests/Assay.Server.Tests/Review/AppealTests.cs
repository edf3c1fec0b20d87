using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Leaderboard;
using Assay.Client.Review;
using Assay.Ledger.Replay;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Review;

public sealed class AppealTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_appeal_costs_no_quota_changes_no_standing_until_votes_decide_and_then_counts_at_the_first_position()
    {
        await using var server = await Reviewed.StartAsync();
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var (person, rejected) = await server.RejectedAsync(datanet.Id);
        await person.ContributeAsync(datanet.Id, "gauge.md", Texts.Sample("careful/01-tide-gauge.md"));
        await server.ValidateAsync();
        var before = await StandingAsync(person, decided: 2);
        var quota = await person.QuotaAsync(datanet.Id);

        var open = await person.PostAsync<ContributionView>($"/api/v1/contributions/{rejected.Id}/appeal", new AppealRequest("It is a table of measurements."));

        Assert.Equal("review", open.State);
        Assert.Equal(quota.ContributorBytes, (await person.QuotaAsync(datanet.Id)).ContributorBytes);
        Assert.Equal(rejected.VerdictIndex, open.VerdictIndex);
        Assert.Equal(before, await StandingAsync(person, decided: 2));
        await person.PostAsync($"/api/v1/contributions/{rejected.Id}/appeal", new AppealRequest("Again.")).RefusedAsync(HttpStatusCode.Conflict, "appealed");

        var item = await (await server.JoinAsync("reviewer")).VoteNextAsync(true);
        Assert.Equal("It is a table of measurements.", item.Appeal);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(true);

        Assert.Equal("accepted", (await person.ContributionAsync(rejected.Id)).State);
        await Eventually.TrueAsync(async () => (await StandingAsync(person, decided: 2)).Accepted == 2);
        Assert.Equal(WilsonBound.Of(2, 2), (await StandingAsync(person, decided: 2)).Standing);
    }

    [Fact]
    public async Task A_file_accepted_on_appeal_is_in_the_index_of_duplicates_and_one_rejected_by_votes_is_not()
    {
        await using var server = await Reviewed.StartAsync("Review:VotesNeeded=1");
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var (person, rejected) = await server.RejectedAsync(datanet.Id);
        Assert.Equal(0, await BandsAsync(server, rejected.Id));

        await person.PostAsync<ContributionView>($"/api/v1/contributions/{rejected.Id}/appeal", new AppealRequest("It is a table."));
        Assert.Equal(0, await BandsAsync(server, rejected.Id));
        await (await server.JoinAsync("reviewer")).VoteNextAsync(true);
        Assert.True(await BandsAsync(server, rejected.Id) >= 32);

        var (_, borderline) = await server.BorderlineAsync();
        Assert.True(await BandsAsync(server, borderline.Id) >= 32);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(false);
        Assert.Equal("rejected", (await person.ContributionAsync(borderline.Id)).State);
        Assert.Equal(0, await BandsAsync(server, borderline.Id));
    }

    [Fact]
    public async Task Appeals_have_a_length_a_deadline_a_number_and_an_owner()
    {
        var clock = new FakeTimeProvider(Start);
        await using var server = await Reviewed.StartAsync(clock, "Review:OpenAppeals=1");
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenAsync();
        var person = await server.JoinAsync();
        var files = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            files.Add((await person.ContributeAsync(datanet.Id, $"{i}.md", Texts.Unique(3000))).Id);
        }

        await server.ValidateAsync();
        await person.PostAsync($"/api/v1/contributions/{files[0]}/appeal", new AppealRequest(new string('x', 1001))).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync($"/api/v1/contributions/{files[0]}/appeal", new AppealRequest("Not mine.")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await person.PostAsync<ContributionView>($"/api/v1/contributions/{files[0]}/appeal", new AppealRequest("Please look."));
        await person.PostAsync($"/api/v1/contributions/{files[1]}/appeal", new AppealRequest("This one, too.")).RefusedAsync(HttpStatusCode.Conflict, "too_many");
        clock.Advance(TimeSpan.FromDays(14) + TimeSpan.FromSeconds(1));
        await person.PostAsync($"/api/v1/contributions/{files[2]}/appeal", new AppealRequest("Now?")).RefusedAsync(HttpStatusCode.Conflict, "too_late");
    }

    private static async Task<int> BandsAsync(AssayServer server, string contribution)
    {
        await using var db = server.Read();
        return await db.Bands.CountAsync(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == contribution), TestContext.Current.CancellationToken);
    }

    private static Task<StandingView> StandingAsync(Person person, int decided) => Eventually.GetAsync(async () =>
        (await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.FirstOrDefault(row => row.AccountId == person.Account.Id && row.Decided == decided));
}
