using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Client.Datanets;
using Assay.Ledger.Entries;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Contributions;

/// <summary>Fair share, smaller and larger limits, and limits that change while a day is running.</summary>
public sealed class LimitsTests(AssayServer server) : IClassFixture<AssayServer>
{
    private const int Day = 10_485_760;
    private const int Share = 2_621_440;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fair_share_of_25_percent_is_2621440_bytes_a_contributor_and_not_one_more()
    {
        var owner = await server.JoinAsync();
        var (a, b) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = (await owner.OpenAsync()).Id;
        var view = await ChangeAsync(owner, datanet, new(FairSharePercent: 25));
        Assert.Equal((25, Day), (view.FairSharePercent, view.BytesPerDay));

        using var tooLong = await a.SendAsync(datanet, "a.txt", Texts.Unique(Share + 1));
        Assert.Null(tooLong.Headers.RetryAfter); // it fits on no day
        var never = await Task.FromResult(tooLong).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "quota");
        Assert.Equal(("fair_share_bytes", Share, Share + 1), (never.GetProperty("limit").GetString(), never.GetProperty("cap").GetInt32(), never.GetProperty("asked").GetInt32()));

        await a.ContributeAsync(datanet, "a.txt", Texts.Unique(Share - 100));
        using var more = await a.SendAsync(datanet, "a.txt", Texts.Unique(101));
        Assert.NotNull(more.Headers.RetryAfter);
        var problem = await Task.FromResult(more).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        Assert.Equal(("fair_share_bytes", 100, 101, Share - 100),
            (problem.GetProperty("limit").GetString(), problem.GetProperty("left").GetInt32(), problem.GetProperty("asked").GetInt32(), problem.GetProperty("used").GetInt32()));
        Assert.True(problem.TryGetProperty("resets_at", out _));
        var last = await a.ContributeAsync(datanet, "a.txt", Texts.Unique(100));
        Assert.Equal(0, last.Quota!.FairShareBytes!.Left);

        await b.ContributeAsync(datanet, "b.txt", Texts.Unique(Share)); // everybody has a share of their own
        await a.ContributeAsync((await a.OpenAsync()).Id, "a.txt", Texts.Unique(Share)); // and of one datanet only
        await server.AssertCountersAsync();
    }

    [Fact]
    public async Task What_was_sent_before_the_share_was_set_counts_for_it_and_is_not_taken_back()
    {
        var owner = await server.JoinAsync();
        var datanet = (await owner.OpenAsync()).Id;
        await owner.ContributeAsync(datanet, "early.txt", Texts.Unique(4_000_000));

        await ChangeAsync(owner, datanet, new(FairSharePercent: 25));

        var meter = (await owner.QuotaAsync(datanet)).FairShareBytes!;
        Assert.Equal((4_000_000, 4_000_000, 0), (meter.Used, meter.Cap, meter.Left));
        await owner.SendAsync(datanet, "more.txt", "!"u8.ToArray()).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        await ChangeAsync(owner, datanet, new(FairSharePercent: 0));
        Assert.Null((await owner.QuotaAsync(datanet)).FairShareBytes);
        await owner.ContributeAsync(datanet, "more.txt", "#"u8.ToArray());
    }

    [Fact]
    public async Task An_owner_lowers_the_day_and_a_limit_below_what_is_used_becomes_what_is_used()
    {
        var owner = await server.JoinAsync();
        var other = await server.JoinAsync();
        var datanet = (await owner.OpenAsync()).Id;
        await owner.ContributeAsync(datanet, "a.txt", Texts.Unique(5000));

        await ChangeAsync(owner, datanet, new(BytesPerDay: 8000));
        await other.SendAsync(datanet, "b.txt", Texts.Unique(3001)).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        await other.ContributeAsync(datanet, "b.txt", Texts.Unique(2000));
        var lowered = await ChangeAsync(owner, datanet, new(BytesPerDay: 1000));
        Assert.Equal((7000, 7000, Day), (lowered.BytesToday, lowered.BytesPerDay, lowered.MaximumBytesPerDay));
        var problem = await other.SendAsync(datanet, "b.txt", "$"u8.ToArray()).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        Assert.Equal(("datanet_bytes", 7000, 7000), (problem.GetProperty("limit").GetString(), problem.GetProperty("used").GetInt32(), problem.GetProperty("cap").GetInt32()));

        Assert.Equal(Day, (await ChangeAsync(owner, datanet, new(BytesPerDay: 0))).BytesPerDay);
        await other.ContributeAsync(datanet, "b.txt", "%"u8.ToArray());
        await server.AssertCountersAsync();
    }

    [Fact]
    public async Task Only_the_operator_raises_a_datanet_above_the_installations_limit()
    {
        var owner = await server.JoinAsync();
        var second = await server.JoinAsync();
        var chief = await server.JoinAsync("operator");
        var datanet = (await owner.OpenAsync()).Id;
        await PatchAsync(owner, datanet, new(BytesPerDay: Day + 1)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await PatchAsync(owner, datanet, new(MaximumBytesPerDay: 2 * Day)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");

        Assert.Equal(2 * Day, (await ChangeAsync(chief, datanet, new(MaximumBytesPerDay: 2 * Day))).BytesPerDay);

        await owner.ContributeAsync(datanet, "a.txt", Texts.Unique(Day));
        await second.ContributeAsync(datanet, "b.txt", Texts.Unique(Day));

        // A maximum that falls below the owner's own limit wins, and the owner's limit comes back with it.
        var other = (await owner.OpenAsync()).Id;
        await ChangeAsync(owner, other, new(BytesPerDay: 5000));
        Assert.Equal(100, (await ChangeAsync(chief, other, new(MaximumBytesPerDay: 100))).BytesPerDay);
        Assert.Equal(5000, (await ChangeAsync(chief, other, new(MaximumBytesPerDay: 0))).BytesPerDay);
    }

    [Theory]
    [InlineData(-1L, null, null)]
    [InlineData(null, -1, null)]
    [InlineData(null, 101, null)]
    [InlineData(null, null, -1L)]
    [InlineData(null, null, (1L << 40) + 1)]
    [InlineData(null, null, null)]
    public async Task Limits_outside_their_range_are_refused(long? bytes, int? share, long? maximum)
    {
        var chief = await server.JoinAsync("operator");
        var datanet = (await chief.OpenAsync()).Id;

        await PatchAsync(chief, datanet, new(bytes, share, maximum)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Nobody_else_changes_limits_and_a_change_is_a_revision_on_the_ledger()
    {
        var owner = await server.JoinAsync();
        var other = await server.JoinAsync();
        var datanet = (await owner.OpenAsync()).Id;
        await PatchAsync(other, datanet, new(FairSharePercent: 5)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await PatchAsync(owner, "d_0000000000000000", new(FairSharePercent: 5)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await other.Http.PatchAsJsonAsync($"/api/v1/accounts/{owner.Account.Id}/limits", new ChangeAccountLimitsRequest(5), AssayJson.Options, Cancel)
            .RefusedAsync(HttpStatusCode.Forbidden);

        await ChangeAsync(owner, datanet, new(FairSharePercent: 5));

        await using var db = server.Read();
        var entries = (await db.LedgerEntries.AsNoTracking().OrderBy(row => row.Id).ToListAsync(Cancel)).Select(row => EntryTypes.Parse(row.Bytes)).OfType<DatanetEntry>();
        Assert.Equal([1, 2], entries.Where(entry => entry.Datanet == datanet).Select(entry => entry.Revision));
    }

    [Fact]
    public async Task The_operator_gives_one_account_a_limit_of_its_own()
    {
        var chief = await server.JoinAsync("operator");
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        await LimitAsync(chief, person, new(BytesPerDay: 1000, FilesPerDay: 2));

        await person.ContributeAsync(datanet, "a.txt", Texts.Unique(600));
        await person.SendAsync(datanet, "b.txt", Texts.Unique(401)).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        await person.ContributeAsync(datanet, "b.txt", Texts.Unique(400));
        await LimitAsync(chief, person, new(BytesPerDay: 2000));
        var problem = await person.SendAsync(datanet, "c.txt", "&"u8.ToArray()).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        Assert.Equal("contributor_files", problem.GetProperty("limit").GetString());
        await LimitAsync(chief, person, new(BytesPerDay: 0, FilesPerDay: 0));
        await person.ContributeAsync(datanet, "c.txt", "("u8.ToArray());

        var quota = await person.QuotaAsync();
        Assert.Equal((1001, Day, 3, 20), (quota.ContributorBytes.Used, quota.ContributorBytes.Cap, quota.ContributorFiles.Used, quota.ContributorFiles.Cap));
        await chief.Http.PatchAsJsonAsync("/api/v1/accounts/a_0000000000000000/limits", new ChangeAccountLimitsRequest(5), AssayJson.Options, Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await chief.Http.PatchAsJsonAsync($"/api/v1/accounts/{person.Account.Id}/limits", new ChangeAccountLimitsRequest(-1), AssayJson.Options, Cancel).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task An_account_has_its_first_day_percentage_for_24_hours()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 18, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock, "Quotas:FirstDayPercent=10");
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        Assert.Equal((1_048_576, 2), ((await person.QuotaAsync()).ContributorBytes.Cap, (await person.QuotaAsync()).ContributorFiles.Cap));
        await person.SendAsync(datanet, "a.txt", Texts.Unique(1_048_577)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "quota");
        await person.ContributeAsync(datanet, "a.txt", Texts.Unique(1_048_576));

        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        await person.SendAsync(datanet, "b.txt", Texts.Unique(1_048_577)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "quota");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await person.ContributeAsync(datanet, "b.txt", Texts.Unique(1_048_577));
        await own.AssertCountersAsync();
    }

    [Fact]
    public async Task Sixty_four_clients_stay_within_their_shares_while_the_owner_changes_them()
    {
        await using var own = await AssayServer.StartAsync(null, "Quotas:FilesPerContributor=1000", "Quotas:BytesPerDatanet=200000");
        var owner = await own.JoinAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => own.JoinAsync()));
        var datanet = (await owner.OpenAsync()).Id;
        await ChangeAsync(owner, datanet, new(FairSharePercent: 20));

        var change = Task.Run(async () =>
        {
            foreach (var percent in (int[])[10, 20, 5, 20])
            {
                await ChangeAsync(owner, datanet, new(FairSharePercent: percent));
            }
        }, Cancel);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async client =>
        {
            var sizes = new Random(client); // seed: the client's number
            for (var number = 0; number < 8; number++)
            {
                using var answer = await people[client % 4].SendAsync(datanet, "part.txt", Texts.Unique(sizes.Next(200, 900)));
                Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests, answer.StatusCode.ToString());
            }
        }));
        await change;

        await own.AssertCountersAsync();
        await using var db = own.Read();
        var shares = await db.Quotas.AsNoTracking().Where(row => row.Scope == "user_datanet").ToListAsync(Cancel);
        Assert.Equal(4, shares.Count);
        Assert.All(shares, row => Assert.InRange(row.Bytes, 1, 40_000));
        Assert.Empty(own.Failures.Seen);
    }

    [Fact]
    public async Task A_day_filled_by_one_contributor_says_so()
    {
        var owner = await server.JoinAsync();
        var (a, b) = (await server.JoinAsync(), await server.JoinAsync());
        var (alone, shared) = ((await owner.OpenAsync()).Id, (await owner.OpenAsync()).Id);
        await ChangeAsync(owner, alone, new(BytesPerDay: 1000));
        await ChangeAsync(owner, shared, new(BytesPerDay: 1000));

        await a.ContributeAsync(alone, "a.txt", Texts.Unique(999));
        Assert.False((await a.GetAsync<DatanetView>($"/api/v1/datanets/{alone}")).FilledByOne);
        await a.ContributeAsync(alone, "b.txt", ")"u8.ToArray());
        await a.ContributeAsync(shared, "c.txt", Texts.Unique(999));
        await b.ContributeAsync(shared, "d.txt", "~"u8.ToArray());

        Assert.True((await a.GetAsync<DatanetView>($"/api/v1/datanets/{alone}")).FilledByOne);
        Assert.False((await a.GetAsync<DatanetView>($"/api/v1/datanets/{shared}")).FilledByOne);
    }

    private static async Task LimitAsync(Person chief, Person person, ChangeAccountLimitsRequest limits)
    {
        using var answer = await chief.Http.PatchAsJsonAsync($"/api/v1/accounts/{person.Account.Id}/limits", limits, AssayJson.Options, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> PatchAsync(Person person, string datanet, ChangeLimitsRequest limits) =>
        person.Http.PatchAsJsonAsync($"/api/v1/datanets/{datanet}/limits", limits, AssayJson.Options, Cancel);

    private static async Task<DatanetView> ChangeAsync(Person person, string datanet, ChangeLimitsRequest limits)
    {
        using var answer = await PatchAsync(person, datanet, limits);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await Person.ReadAsync<DatanetView>(answer);
    }
}
