using System.Collections.Concurrent;
using System.Net;
using Assay.Client.Contributions;
using Assay.Server.Contributions;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

public sealed class ConcurrencyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixty_four_clients_of_five_people_never_get_a_byte_too_much()
    {
        await using var server = await AssayServer.StartAsync(null, "Quotas:BytesPerContributor=100000", "Quotas:FilesPerContributor=1000", "Quotas:BytesPerDatanet=350000");
        var people = new List<Person>();
        for (var number = 0; number < 5; number++)
        {
            people.Add(await server.JoinAsync());
        }

        var datanets = new[] { (await people[0].OpenAsync()).Id, (await people[1].OpenAsync()).Id };
        var statuses = new ConcurrentBag<HttpStatusCode>();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async client =>
        {
            var sizes = new Random(client); // seed: the client's number
            for (var number = 0; number < 12; number++)
            {
                using var answer = await people[client % 5].SendAsync(datanets[sizes.Next(2)], "part.txt", Texts.Unique(sizes.Next(500, 1500)));
                statuses.Add(answer.StatusCode);
            }
        }));

        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests, status.ToString()));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        await using var db = server.Read();
        var rows = await db.Contributions.AsNoTracking().ToListAsync(Cancel);
        Assert.Equal(statuses.Count(status => status == HttpStatusCode.Accepted), rows.Count);
        await server.AssertCountersAsync();

        // Every person came so close to the limit that not even the smallest of these files would fit.
        Assert.All(await db.Quotas.Where(row => row.Scope == "user").ToListAsync(Cancel), row => Assert.InRange(row.Bytes, 98_500, 100_000));
        Assert.False(await db.Reservations.AnyAsync(row => row.State == ReservationState.Open, Cancel));
    }

    [Fact]
    public async Task The_same_request_sixty_four_times_at_once_has_one_effect_and_one_answer()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var content = Texts.Unique(5000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            using var answer = await person.SendAsync(datanet, "same.txt", content, op: "only-once");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return (answer.Headers.Location, (await Person.ReadAsync<ContributionView>(answer)).Id);
        }));

        Assert.Single(answers.Distinct());
        await using var db = server.Read();
        Assert.Equal(1, await db.Contributions.CountAsync(Cancel));
        var quota = await person.QuotaAsync(datanet);
        Assert.Equal((5000, 1), (quota.ContributorBytes.Used, quota.ContributorFiles.Used));
    }

    [Fact]
    public async Task A_key_used_for_another_request_is_refused()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        (await person.SendAsync(datanet, "good.txt", Texts.Unique(300), op: "key")).Dispose();
        await person.SendAsync(datanet, "good.txt", Texts.Unique(301), op: "key").RefusedAsync(HttpStatusCode.UnprocessableEntity, "key_reused");
        await person.SendAsync(datanet, "other.txt", Texts.Unique(300), op: "key").RefusedAsync(HttpStatusCode.UnprocessableEntity, "key_reused");

        Assert.Equal((300, 1), ((await person.QuotaAsync()).ContributorBytes.Used, (await person.QuotaAsync()).ContributorFiles.Used));
    }

    [Fact]
    public async Task A_retry_after_a_broken_connection_is_received_under_the_same_key()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var content = Texts.Unique(5000);
        using (var broken = new SlowUpload(server.Address, person.Key, datanet, declared: 5000, op: "retried"))
        {
            await broken.SendAsync(content[..100]);
            await Eventually.TrueAsync(async () => (await person.QuotaAsync()).ContributorBytes.Used == 5000);
        }

        using var answer = await person.SendAsync(datanet, "slow.txt", content, op: "retried");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal((5000, 1), ((await person.QuotaAsync()).ContributorBytes.Used, (await person.QuotaAsync()).ContributorFiles.Used));
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task The_same_bytes_sent_by_many_at_once_are_one_contribution()
    {
        await using var server = await AssayServer.StartAsync(null);
        var people = new List<Person>();
        for (var number = 0; number < 8; number++)
        {
            people.Add(await server.JoinAsync());
        }

        var datanet = (await people[0].OpenAsync()).Id;
        var content = Texts.Unique(3000);

        var statuses = await Task.WhenAll(people.Select(async person =>
        {
            using var answer = await person.SendAsync(datanet, "same.txt", content);
            return answer.StatusCode;
        }));

        Assert.Single(statuses, HttpStatusCode.Accepted);
        Assert.Equal(7, statuses.Count(status => status == HttpStatusCode.Conflict));
        await using var db = server.Read();
        Assert.Equal(3000, await db.Quotas.Where(row => row.Scope == "user").SumAsync(row => row.Bytes, Cancel));
    }

    [Fact]
    public async Task One_account_that_sends_too_much_at_once_is_held_back_and_others_are_not()
    {
        await using var server = await AssayServer.StartAsync(null, "Quotas:ParallelUploads=2", "Quotas:WaitingUploads=0");
        var greedy = await server.JoinAsync();
        var quiet = await server.JoinAsync();
        var datanet = (await greedy.OpenAsync()).Id;
        using var first = new SlowUpload(server.Address, greedy.Key, datanet, declared: 1000);
        using var second = new SlowUpload(server.Address, greedy.Key, datanet, declared: 1000);
        await Eventually.TrueAsync(async () => (await greedy.QuotaAsync()).ContributorFiles.Used == 2);

        using var third = await greedy.SendAsync(datanet, "third.txt", Texts.Unique(300));
        Assert.NotNull(third.Headers.RetryAfter);
        await Task.FromResult(third).RefusedAsync(HttpStatusCode.TooManyRequests, "too_many_uploads");
        await quiet.ContributeAsync(datanet, "quiet.txt", Texts.Unique(300));

        await first.SendAsync(Texts.Unique(1000));
        Assert.StartsWith("HTTP/1.1 202", await first.AnswerAsync(), StringComparison.Ordinal);
        await greedy.ContributeAsync(datanet, "third.txt", Texts.Unique(300));
    }

    [Fact]
    public async Task The_sweep_removes_what_crashes_leave_and_nothing_else()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var kept = await person.ContributeAsync((await person.OpenAsync()).Id, "kept.txt", Texts.Unique(900));
        var now = server.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var staleStaging = Make(Path.Combine(server.Paths.Staging, "stale"), now.AddHours(-2));
        var freshStaging = Make(Path.Combine(server.Paths.Staging, "fresh"), now);
        var orphan = Make(Path.Combine(server.Paths.Blobs, "aa", new string('b', 62)), now.AddDays(-2));
        var freshOrphan = Make(Path.Combine(server.Paths.Blobs, "aa", new string('c', 62)), now);
        var blob = Path.Combine(server.Paths.Blobs, kept.Sha256[..2], kept.Sha256[2..]);
        File.SetLastWriteTimeUtc(blob, now.AddDays(-30));

        await server.Get<Sweep>().RunAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), Cancel);

        Assert.False(File.Exists(staleStaging) || File.Exists(orphan));
        Assert.True(File.Exists(freshStaging) && File.Exists(freshOrphan) && File.Exists(blob));
        Assert.True(server.Get<BlobStore>().Exists(kept.Sha256));
    }

    private static string Make(string path, DateTime writtenUtc)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "left behind");
        File.SetLastWriteTimeUtc(path, writtenUtc);
        return path;
    }
}
