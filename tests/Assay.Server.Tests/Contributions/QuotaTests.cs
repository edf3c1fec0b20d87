using System.Globalization;
using System.Net;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Contributions;

/// <summary>The worked cases of the daily limits, to the byte.</summary>
public sealed class QuotaTests(AssayServer server) : IClassFixture<AssayServer>
{
    private const int Day = 10_485_760;
    private const int MiB = 1 << 20;

    [Fact]
    public async Task A_file_of_exactly_what_is_left_passes_and_one_byte_more_does_not()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        foreach (var length in (int[])[4_000_000, 3_500_000, 2_500_000])
        {
            await person.ContributeAsync(datanet, "part.txt", Texts.Unique(length));
        }

        var quota = await person.QuotaAsync(datanet);
        Assert.Equal((485_760, 17), (quota.ContributorBytes.Left, quota.ContributorFiles.Left));
        var problem = await person.SendAsync(datanet, "more.txt", Texts.Unique(485_761)).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        Assert.Equal("contributor_bytes", problem.GetProperty("limit").GetString());
        Assert.Equal(10_000_000, problem.GetProperty("used").GetInt64());
        Assert.Equal(Day, problem.GetProperty("cap").GetInt64());
        Assert.Equal(485_761, problem.GetProperty("asked").GetInt64());
        Assert.Equal(485_760, problem.GetProperty("left").GetInt64());

        var last = await person.ContributeAsync(datanet, "rest.txt", Texts.Unique(485_760));
        Assert.Equal(0, last.Quota!.ContributorBytes.Left);
        Assert.Equal(0, last.Quota.DatanetBytes.Left);
    }

    [Fact]
    public async Task The_twenty_first_file_is_refused_with_almost_all_bytes_left()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        for (var number = 0; number < 20; number++)
        {
            await person.ContributeAsync(datanet, "letter.txt", [(byte)('a' + number)]);
        }

        var problem = await person.SendAsync(datanet, "letter.txt", "z"u8.ToArray()).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");

        Assert.Equal("contributor_files", problem.GetProperty("limit").GetString());
        Assert.Equal((20, 20, 1, 0), (problem.GetProperty("used").GetInt32(), problem.GetProperty("cap").GetInt32(), problem.GetProperty("asked").GetInt32(), problem.GetProperty("left").GetInt32()));
        Assert.Equal(10_485_740, (await person.QuotaAsync()).ContributorBytes.Left);
    }

    [Fact]
    public async Task Files_that_validation_rejects_stay_on_the_account()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var ids = new List<string>();
        for (var number = 0; number < 2; number++)
        {
            byte[] content = [.. "%PDF-1.7\n"u8, .. Texts.Unique((2 * MiB) - 9)];
            ids.Add((await person.ContributeAsync(datanet, "broken.pdf", content)).Id);
        }

        await server.ValidateAsync();

        foreach (var id in ids)
        {
            Assert.Equal("rejected", (await person.ContributionAsync(id)).State);
        }

        Assert.Equal(6 * MiB, (await person.QuotaAsync()).ContributorBytes.Left);
    }

    [Fact]
    public async Task Declared_10_MiB_and_sent_1_KiB_costs_1024_bytes()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        using var answer = await person.SendChunkedAsync(datanet, "short.txt", Texts.Unique(1024), declared: Day);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var quota = await person.QuotaAsync(datanet);
        Assert.Equal((1024, 1, 1024), (quota.ContributorBytes.Used, quota.ContributorFiles.Used, quota.DatanetBytes.Used));
    }

    [Fact]
    public async Task A_full_datanet_refuses_a_third_person_who_keeps_the_day_for_other_datanets()
    {
        var (a, b, c) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync());
        var full = (await a.OpenAsync()).Id;
        await a.ContributeAsync(full, "a.txt", Texts.Unique(7 * MiB));
        await b.ContributeAsync(full, "b.txt", Texts.Unique(3 * MiB));

        var problem = await c.SendAsync(full, "c.txt", Texts.Unique(1)).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");

        Assert.Equal("datanet_bytes", problem.GetProperty("limit").GetString());
        Assert.Equal(0, problem.GetProperty("left").GetInt64());
        Assert.Equal(Day, (await c.QuotaAsync()).ContributorBytes.Left);
        await c.ContributeAsync((await c.OpenAsync()).Id, "c.txt", Texts.Unique(Day));
    }

    [Fact]
    public async Task More_than_declared_is_refused_and_nothing_is_kept()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        foreach (var sent in (int[])[1001, 1002])
        {
            using var answer = await person.SendChunkedAsync(datanet, "long.txt", Texts.Unique(sent), declared: 1000);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }

        // The server answers and closes while the rest is still on its way; a client may see the answer or only the closed connection.
        await Record.ExceptionAsync(async () =>
        {
            using var answer = await person.SendChunkedAsync(datanet, "long.txt", Texts.Unique(11 * MiB), declared: 1000);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        });
        await Eventually.TrueAsync(async () => (await person.QuotaAsync()).ContributorFiles.Used == 0);

        var quota = await person.QuotaAsync(datanet);
        Assert.Equal((0, 0, 0), (quota.ContributorBytes.Used, quota.ContributorFiles.Used, quota.DatanetBytes.Used));
        Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging));
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task The_day_ends_at_midnight_UTC_and_the_refusal_says_when()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 23, 59, 59, 999, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock, "Quotas:FilesPerContributor=1");
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var before = await person.ContributeAsync(datanet, "before.txt", Texts.Unique(100));
        Assert.Equal(new DateTimeOffset(2026, 5, 2, 0, 0, 0, TimeSpan.Zero), before.Quota!.ResetsAt);

        using var refused = await person.SendAsync(datanet, "burst.txt", Texts.Unique(100));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Contains("2026-05-02T00:00:00", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        await person.ContributeAsync(datanet, "after.txt", Texts.Unique(100));
        Assert.Equal((1, 100), ((await person.QuotaAsync()).ContributorFiles.Used, (await person.QuotaAsync()).ContributorBytes.Used));
    }

    [Fact]
    public async Task A_burst_over_midnight_fills_both_days_and_overfills_neither()
    {
        var clock = new SettableClock(new DateTimeOffset(2026, 5, 1, 23, 59, 59, 999, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock, "Quotas:FilesPerContributor=5", "Quotas:BytesPerDatanet=2000");
        var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => own.JoinAsync()));
        var datanets = new[] { (await people[0].OpenAsync()).Id, (await people[1].OpenAsync()).Id };
        var accepted = 0;
        async Task BurstAsync(int from) => await Task.WhenAll(Enumerable.Range(from, 48).Select(async number =>
        {
            using var answer = await people[number % 4].SendAsync(datanets[number % 2], "burst.txt", Texts.Unique(100 + (number % 7)));
            Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests, answer.StatusCode.ToString());
            Interlocked.Add(ref accepted, answer.StatusCode == HttpStatusCode.Accepted ? 1 : 0);
        }));

        var first = BurstAsync(0);
        clock.Now = clock.Now.AddMilliseconds(1); // while the burst is under way
        await Task.WhenAll(first, BurstAsync(48));

        await own.AssertCountersAsync();
        await using var db = own.Read();
        var days = await db.Quotas.AsNoTracking().Where(row => row.Scope == "user").ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(accepted, days.Sum(row => row.Files));
        Assert.All(days, row => Assert.InRange(row.Files, 0, 5));
        Assert.All(days.Where(row => row.Day == "2026-05-02"), row => Assert.Equal(5, row.Files)); // 96 were asked for, of four people: the second day is full
        Assert.Contains(days, row => row.Day == "2026-05-02");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clock_set_back_does_not_reopen_the_day(bool restart)
    {
        var clock = new SettableClock(new DateTimeOffset(2026, 5, 2, 0, 30, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock, "Quotas:FilesPerContributor=1");
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        await person.ContributeAsync(datanet, "today.txt", Texts.Unique(100));

        clock.Now = clock.Now.AddHours(-1);
        if (restart)
        {
            await own.RestartAsync();
            person = person with { Http = own.Client(person.Key) };
        }

        var problem = await person.SendAsync(datanet, "again.txt", Texts.Unique(100)).RefusedAsync(HttpStatusCode.TooManyRequests, "quota");
        Assert.Equal("2026-05-03T00:00:00+00:00", problem.GetProperty("resets_at").GetString());
    }

    [Fact]
    public async Task An_upload_over_midnight_counts_for_the_day_it_began()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 23, 59, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        using var slow = new SlowUpload(own.Address, person.Key, datanet, declared: 1000);
        await slow.SendAsync(Texts.Unique(400));
        await Eventually.TrueAsync(async () => (await person.QuotaAsync()).ContributorBytes.Used == 1000);

        clock.Advance(TimeSpan.FromMinutes(2));
        await slow.SendAsync(Texts.Unique(600));
        Assert.StartsWith("HTTP/1.1 202", await slow.AnswerAsync(), StringComparison.Ordinal);

        Assert.Equal(0, (await person.QuotaAsync()).ContributorBytes.Used);
        await using var db = own.Read();
        Assert.Equal([("2026-05-01", 1000L)], (await db.Quotas.Where(row => row.Scope == "user").ToListAsync(TestContext.Current.CancellationToken)).Select(row => (row.Day, row.Bytes)));
    }

    [Fact]
    public async Task A_connection_that_breaks_gives_everything_back()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        using (var broken = new SlowUpload(server.Address, person.Key, datanet, declared: 5000))
        {
            await broken.SendAsync(Texts.Unique(100));
            await Eventually.TrueAsync(async () => (await person.QuotaAsync()).ContributorBytes.Used == 5000);
        }

        await Eventually.TrueAsync(async () => (await person.QuotaAsync()).ContributorBytes.Used == 0);
        Assert.Equal(0, (await person.QuotaAsync()).ContributorFiles.Used);
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task A_reservation_that_was_never_committed_is_given_back_after_an_hour()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var quotas = own.Get<QuotaLedger>();
        var reserved = await quotas.ReserveAsync(person.Account.Id, "lost", "d_x", new QuotaRequest(5000, "hash"), null, TestContext.Current.CancellationToken);
        Assert.IsType<QuotaAnswer.Reserved>(reserved);

        clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(0, await quotas.ExpireAsync(TestContext.Current.CancellationToken));
        Assert.Equal(5000, (await person.QuotaAsync()).ContributorBytes.Used);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await quotas.ExpireAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, 0), ((await person.QuotaAsync()).ContributorBytes.Used, (await person.QuotaAsync()).ContributorFiles.Used));
    }

    private sealed class SettableClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;

        public override string ToString() => Now.ToString(CultureInfo.InvariantCulture);
    }
}
