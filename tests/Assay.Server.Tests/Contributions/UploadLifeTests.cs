using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Contributions;
using Assay.Server.Contributions.Uploads;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Contributions;

/// <summary>What becomes of uploads over time: expiry, midnight, restarts, closed datanets, many at once.</summary>
public sealed class UploadLifeTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_abandoned_upload_expires_after_an_hour_and_gives_its_reservation_back()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var upload = await person.OpenUploadAsync(datanet, "a.md", 5000, op: "slow");
        (await person.PieceAsync(upload, 0, Texts.Unique(100))).Dispose();
        var file = Path.Combine(own.Paths.Staging, Id(upload));
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 5, 1, 9, 0, 0, DateTimeKind.Utc)); // an old file of a running upload is not swept

        clock.Advance(TimeSpan.FromMinutes(60));
        await own.Get<Sweep>().RunAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), Cancel);
        Assert.True(File.Exists(file));
        Assert.Equal((HttpStatusCode.OK, 100L), await person.OffsetAsync(upload));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.Gone, (await person.OffsetAsync(upload)).Status); // before any sweep
        var renewed = await person.OpenUploadAsync(datanet, "a.md", 5000, op: "slow");
        Assert.NotEqual(upload, renewed);
        Assert.Equal((5000, 1), await UsedAsync(person));

        clock.Advance(TimeSpan.FromMinutes(61));
        await own.Get<Sweep>().RunAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), Cancel);
        Assert.Equal((0, 0), await UsedAsync(person));
        Assert.Empty(Directory.EnumerateFiles(own.Paths.Staging));
        await own.AssertCountersAsync();
    }

    [Fact]
    public async Task An_upload_over_midnight_counts_for_the_day_it_was_opened()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 23, 59, 59, 999, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var content = Texts.Unique(5000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", 5000);

        clock.Advance(TimeSpan.FromMinutes(10));
        (await person.PieceAsync(upload, 0, content)).Dispose();

        Assert.Equal((0, 0), await UsedAsync(person));
        await using var db = own.Read();
        Assert.Equal(["2026-05-01"], await db.Quotas.Where(row => row.Bytes == 5000).Select(row => row.Day).Distinct().ToListAsync(Cancel));
    }

    [Fact]
    public async Task The_offset_survives_a_restart()
    {
        await using var own = await AssayServer.StartAsync(null);
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var content = Texts.Unique(3_000_000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", content.Length);
        (await person.PieceAsync(upload, 0, content[..2_000_000])).Dispose();
        await File.AppendAllTextAsync(Path.Combine(own.Paths.Staging, Id(upload)), "what a crash wrote beyond the recorded offset", Cancel);

        await own.RestartAsync();
        person = person with { Http = own.Client(person.Key) };

        Assert.Equal((HttpStatusCode.OK, 2_000_000L), await person.OffsetAsync(upload));
        using var rest = await person.PieceAsync(upload, 2_000_000, content[2_000_000..]);
        var view = await person.GetAsync<ContributionView>(rest.Content.Headers.ContentLocation!.ToString());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), view.Sha256);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_sent_again_from_the_start()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(1000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", 1000);
        (await person.PieceAsync(upload, 0, content[..600])).Dispose();

        File.Delete(Path.Combine(server.Paths.Staging, Id(upload))); // a crash between the move to its place and the commit

        Assert.Equal((HttpStatusCode.OK, 0L), await person.OffsetAsync(upload));
        using var all = await person.PieceAsync(upload, 0, content);
        Assert.NotNull(all.Content.Headers.ContentLocation);
    }

    [Fact]
    public async Task A_datanet_that_closed_meanwhile_takes_nothing()
    {
        var (person, datanet) = await StartAsync();
        var upload = await person.OpenUploadAsync(datanet, "a.md", 500);
        await person.PostAsync<DatanetView>($"/api/v1/datanets/{datanet}/state", new ChangeStateRequest("paused", "enough"));

        await person.PieceAsync(upload, 0, Texts.Unique(500)).RefusedAsync(HttpStatusCode.Conflict, "not_open");

        Assert.Equal((0, 0), await UsedAsync(person));
    }

    [Fact]
    public async Task Sixty_four_clients_in_pieces_and_at_once_stay_within_the_limits()
    {
        await using var own = await AssayServer.StartAsync(null, "Quotas:BytesPerContributor=60000", "Quotas:FilesPerContributor=1000", "Quotas:BytesPerDatanet=150000");
        var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => own.JoinAsync()));
        var datanet = (await people[0].OpenAsync()).Id;
        var received = 0;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async client =>
        {
            var random = new Random(client); // seed: the client's number
            var person = people[client % 4];
            for (var number = 0; number < 6; number++)
            {
                var content = Texts.Unique(random.Next(500, 1500));
                if (random.Next(2) == 0)
                {
                    using var whole = await person.SendAsync(datanet, "a.txt", content);
                    Interlocked.Add(ref received, whole.IsSuccessStatusCode ? content.Length : 0);
                    continue;
                }

                using var opened = await person.CreateAsync(datanet, "a.txt", content.Length);
                if (opened.StatusCode != HttpStatusCode.Created)
                {
                    Assert.Equal(HttpStatusCode.TooManyRequests, opened.StatusCode);
                    continue;
                }

                if (random.Next(4) == 0)
                {
                    (await person.HeadOrDeleteAsync(HttpMethod.Delete, opened.Headers.Location!)).Dispose();
                    continue;
                }

                (await person.PieceAsync(opened.Headers.Location!, 0, content[..300])).Dispose();
                using var last = await person.PieceAsync(opened.Headers.Location!, 300, content[300..]);
                Assert.NotNull(last.Content.Headers.ContentLocation);
                Interlocked.Add(ref received, content.Length);
            }
        }));

        await own.AssertCountersAsync();
        await using var db = own.Read();
        var day = await db.Quotas.AsNoTracking().FirstAsync(row => row.Scope == "datanet", Cancel);
        Assert.Equal(received, day.Bytes);
        Assert.InRange(day.Bytes, 1, 150_000);
        Assert.False(await db.Uploads.AnyAsync(row => row.State == UploadState.Open, Cancel));
        Assert.Empty(Directory.EnumerateFiles(own.Paths.Staging));
        Assert.Empty(own.Failures.Seen);
    }

    private async Task<(Person Person, string Datanet)> StartAsync()
    {
        var person = await server.JoinAsync();
        return (person, (await person.OpenAsync()).Id);
    }

    private static async Task<(long Bytes, long Files)> UsedAsync(Person person)
    {
        var quota = await person.QuotaAsync();
        return (quota.ContributorBytes.Used, quota.ContributorFiles.Used);
    }

    private static string Id(Uri upload) => upload.ToString().Split('/')[^1];
}
