using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Client.Contributions;
using Assay.Server.Contributions;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Faults;

/// <summary>Sixty-four clients for a minute on the real program: limits exact, everything acknowledged stored, latencies reported.</summary>
public sealed class LoadTests
{
    private const int Clients = 64, Accounts = 16, Datanets = 8;
    private const long SmallCap = 5_000_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Tier", "Slow")]
    public async Task Mixed_uploads_of_sixty_four_clients_keep_every_limit_to_the_byte()
    {
        Assert.SkipUnless(File.Exists(ServerProcess.Program), $"the server program is not at {ServerProcess.Program}");
        var length = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("ASSAY_LOAD_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 60);
        string[] limits = ["Quotas:BytesPerContributor=100000000000", "Quotas:FilesPerContributor=1000000", "Quotas:BytesPerDatanet=100000000000"];
        await using var server = await AssayServer.StartAsync(null, limits);
        var chief = await server.JoinAsync("operator");
        var people = await Task.WhenAll(Enumerable.Range(0, Accounts).Select(_ => server.JoinAsync()));
        var datanets = await Task.WhenAll(Enumerable.Range(0, Datanets).Select(async number => (await people[number].OpenAsync()).Id));
        foreach (var bounded in people[8..12])
        {
            using var answer = await chief.Http.PatchAsJsonAsync($"/api/v1/accounts/{bounded.Account.Id}/limits", new ChangeAccountLimitsRequest(SmallCap), AssayJson.Options, Cancel);
            answer.EnsureSuccessStatusCode();
        }

        await server.StopAsync();
        var load = new Load(datanets);
        using (var program = ServerProcess.Start(server.Folder, [.. limits.Select(limit => limit.Replace(":", "__", StringComparison.Ordinal)), "Compute__StartWorkers=false"]))
        {
            var address = await program.Address.WaitAsync(TimeSpan.FromMinutes(1), Cancel) ?? throw new InvalidOperationException("The server ended by itself.");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            stop.CancelAfter(length);
            Person At(Person person) => person with { Http = Client(server, address, person.Key) };
            await Task.WhenAll([
                .. Enumerable.Range(0, Clients).Select(client => load.RunAsync(At(people[client % Accounts]), client, client % Accounts, stop.Token)),
                load.WatchAsync(At(chief), stop.Token),
            ]);
            load.ServerTime = program.ProcessorTime;
            await program.KillAsync();
        }

        await server.RestartAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(2)));
        await server.Get<Sweep>().RunAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel);
        await server.AssertCountersAsync();
        await using var db = server.Read();
        Assert.False(await db.Reservations.AnyAsync(row => row.State == ReservationState.Open, Cancel));
        var stored = await db.Contributions.AsNoTracking().Select(row => new { row.Id, row.Bytes, row.AccountId }).ToDictionaryAsync(row => row.Id, Cancel);
        Assert.All(load.Acknowledged, id => Assert.True(stored.ContainsKey(id), $"{id} was acknowledged and is gone"));
        foreach (var bounded in people[8..12])
        {
            var used = stored.Values.Where(row => row.AccountId == bounded.Account.Id).Sum(row => row.Bytes);
            Assert.InRange(used, 1, SmallCap);
        }

        Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging));
        Assert.Empty(load.Unexpected);
        Assert.NotEmpty(load.Acknowledged);
        Report(load, length, stored.Values.Sum(row => row.Bytes));
    }

    private static HttpClient Client(AssayServer server, Uri address, string key)
    {
        var http = server.Client(key);
        http.BaseAddress = address;
        return http;
    }

    private static void Report(Load load, TimeSpan length, long bytes)
    {
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load.Acknowledged.Count} files, {bytes / 1e6:0} MB accepted in {length.TotalSeconds:0} s: {load.Acknowledged.Count / length.TotalSeconds:0} files/s, {bytes / 1e6 / length.TotalSeconds:0.0} MB/s"));
        output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the server used {load.ServerTime.TotalSeconds:0.0} s of processor time, its start included: {load.ServerTime.TotalMilliseconds / load.Acknowledged.Count:0.0} ms a file"));
        foreach (var (what, times) in load.Times.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var sorted = times.Order().ToList();
            output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-28} {sorted.Count,7} times, p50 {sorted[sorted.Count / 2],7:0.0} ms, p99 {sorted[(int)(sorted.Count * 0.99)],7:0.0} ms, most {sorted[^1],7:0.0} ms"));
        }
    }

    /// <summary>What the clients do: accounts 0 to 7 send well, 8 to 11 have small limits, 12 to 15 are careless.</summary>
    private sealed class Load(string[] datanets)
    {
        private static readonly byte[] Stock = Texts.Unique(300_000), Copy = Texts.Unique(5000);

        public ConcurrentBag<string> Acknowledged { get; } = [];

        public ConcurrentBag<string> Unexpected { get; } = [];

        public TimeSpan ServerTime { get; set; }

        public ConcurrentDictionary<string, ConcurrentBag<double>> Times { get; } = new();

        public async Task RunAsync(Person person, int client, int account, CancellationToken stop)
        {
            var random = new Random(client); // seed: the client's number
            while (!stop.IsCancellationRequested)
            {
                var datanet = datanets[random.Next(datanets.Length)];
                var content = Stock[..(random.Next(10) == 0 ? random.Next(50_000, Stock.Length) : random.Next(500, 20_000))];
                Guid.NewGuid().ToString("n").Select(letter => (byte)letter).ToArray().CopyTo(content, 0); // cheap for the client, and no two files are the same
                await ((account >= 12, random.Next(4)) switch
                {
                    (true, 0) => AnyAsync("refused: duplicate or blocked", () => person.SendAsync(datanet, "copy.txt", Copy)),
                    (true, 1) => AnyAsync("refused: type or blocked", () => person.SendAsync(datanet, "bad.exe", content)),
                    (true, 2) => AnyAsync("refused: too long or blocked", () => person.SendChunkedAsync(datanet, "long.txt", content, 100)),
                    (_, 0) => InPiecesAsync(person, datanet, content, random.Next(5) == 0),
                    _ => WholeAsync(person, datanet, content),
                });
            }
        }

        /// <summary>A quiet user beside the load.</summary>
        public async Task WatchAsync(Person person, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await MeasureAsync("a quiet user reads a quota", async () => (await person.QuotaAsync(datanets[0])).ResetsAt > DateTimeOffset.UnixEpoch);
                await Task.Delay(100, CancellationToken.None);
            }
        }

        private Task WholeAsync(Person person, string datanet, byte[] content) => MeasureAsync("a file in one request", async () =>
        {
            using var answer = await person.SendAsync(datanet, "whole.txt", content);
            return await TakenAsync(answer.StatusCode == HttpStatusCode.Accepted ? await Person.ReadAsync<ContributionView>(answer) : null, answer);
        });

        private Task InPiecesAsync(Person person, string datanet, byte[] content, bool leave) => MeasureAsync("a file in three requests", async () =>
        {
            using var opened = await person.CreateAsync(datanet, "pieces.txt", content.Length);
            if (opened.Headers.Location is not { } upload)
            {
                return await TakenAsync(null, opened);
            }

            using var first = await person.PieceAsync(upload, 0, content[..(content.Length / 2)]);
            if (leave)
            {
                return false; // abandoned: its reservation is given back after an hour
            }

            using var last = await person.PieceAsync(upload, content.Length / 2, content[(content.Length / 2)..]);
            return await TakenAsync(last.Content.Headers.ContentLocation is { } done ? await person.GetAsync<ContributionView>(done.ToString()) : null, last);
        });

        private Task AnyAsync(string what, Func<Task<HttpResponseMessage>> send) => MeasureAsync(what, async () =>
        {
            using var answer = await send();
            return await TakenAsync(answer.StatusCode == HttpStatusCode.Accepted ? await Person.ReadAsync<ContributionView>(answer) : null, answer) || (int)answer.StatusCode < 500;
        });

        private async Task<bool> TakenAsync(ContributionView? view, HttpResponseMessage answer)
        {
            if (view is not null)
            {
                Acknowledged.Add(view.Id);
                return true;
            }

            if ((int)answer.StatusCode is < 400 or >= 500)
            {
                Unexpected.Add($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
            }

            await Task.Delay(50, CancellationToken.None); // refused: even a rude client pauses
            return false;
        }

        private async Task MeasureAsync(string what, Func<Task<bool>> work)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                if (!await work())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // A refused body that is still on its way, or a client too busy to send, ends in a closed connection. What it had committed still counts.
                what = "broken connection";
                await Task.Delay(500, CancellationToken.None);
            }

            Times.GetOrAdd(what, _ => []).Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }
}
