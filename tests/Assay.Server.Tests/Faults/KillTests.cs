using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Assay.Client.Contributions;
using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;
using Assay.Server.Contributions;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Faults;

/// <summary>kill −9 of the real program while people contribute: what was acknowledged is there, and everything adds up.</summary>
public sealed class KillTests
{
    private const int Kills = 50;
    private const int Clients = 4;

    private static readonly string[] Limits = ["Quotas:BytesPerContributor=1000000000", "Quotas:FilesPerContributor=1000000", "Quotas:BytesPerDatanet=1000000000"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_server_is_killed_at_fifty_random_instants()
    {
        Assert.SkipUnless(File.Exists(ServerProcess.Program), $"the server program is not at {ServerProcess.Program}");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ASSAY_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (set ASSAY_SEED to repeat)");
        await using var server = await AssayServer.StartAsync(null, Limits);
        var people = new List<Person>();
        for (var number = 0; number < Clients; number++)
        {
            people.Add(await server.JoinAsync());
        }

        var datanet = (await people[0].OpenAsync()).Id;
        await server.StopAsync();

        var intake = new Intake(server, datanet);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var clients = people.Select(person => intake.ContributeAsync(person, stop.Token)).ToList();
        await KillAsync(server.Folder, intake, new Random(seed), clients);
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        TestContext.Current.TestOutputHelper?.WriteLine($"{intake.Acknowledged.Count} acknowledged");
        Assert.True(intake.Acknowledged.Count > 50, $"only {intake.Acknowledged.Count} files were acknowledged");
        await AssertAllIsThereAsync(server, intake.Acknowledged);
    }

    private static async Task KillAsync(string folder, Intake intake, Random random, List<Task> clients)
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            if (clients.Find(client => client.IsFaulted) is { } failed)
            {
                await failed;
            }

            using var program = ServerProcess.Start(folder, [.. Limits.Select(limit => limit.Replace(":", "__", StringComparison.Ordinal)), "Compute__StartWorkers=false"]);
            if (kill % 10 == 9)
            {
                // While it starts: migrations, ledger, first requests.
                await Task.Delay(random.Next(100, 1500), Cancel);
                await program.KillAsync();
                continue;
            }

            var address = await program.Address.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            Assert.True(address is not null, "the server ended by itself");
            var acknowledged = intake.Serve(address);
            if (kill % 10 != 8)
            {
                // A fresh process takes its time for the first file; every tenth kill falls into that time, the others into full work.
                await acknowledged.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            }

            await Task.Delay(random.Next(0, 250), Cancel);
            await program.KillAsync();
        }
    }

    private static async Task AssertAllIsThereAsync(AssayServer server, IReadOnlyDictionary<string, string> acknowledged)
    {
        // Two hours later, so that abandoned reservations count as expired.
        await server.RestartAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(2)));
        await server.Get<Sweep>().RunAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel);
        await using var db = server.Read();
        var rows = await db.Contributions.AsNoTracking().ToDictionaryAsync(row => row.Id, Cancel);

        foreach (var (id, sha256) in acknowledged)
        {
            Assert.True(rows.TryGetValue(id, out var row), $"{id} was acknowledged and is gone");
            Assert.Equal(sha256, row.Sha256);
        }

        foreach (var row in rows.Values)
        {
            await using var blob = File.OpenRead(Path.Combine(server.Paths.Blobs, row.Sha256[..2], row.Sha256[2..]));
            Assert.Equal(row.Sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(blob, Cancel)));
        }

        var reservations = await db.Reservations.AsNoTracking().ToListAsync(Cancel);
        Assert.DoesNotContain(reservations, row => row.State == ReservationState.Open);
        Assert.Equal(rows.Keys.Order(), reservations.Where(row => row.State == ReservationState.Committed).Select(row => row.ContributionId!).Order());
        await server.AssertCountersAsync();
        Assert.Equal(rows.Values.Sum(row => row.Bytes), reservations.Where(row => row.State == ReservationState.Committed).Sum(row => row.Bytes));
        await AssertLedgerAsync(server, rows.Count);
        Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging));
        Assert.Equal(rows.Count, Directory.EnumerateFiles(server.Paths.Blobs, "*", SearchOption.AllDirectories).Count());
        Assert.Empty(server.Failures.Seen);
    }

    private static async Task AssertLedgerAsync(AssayServer server, int contributions)
    {
        var folder = Path.Combine(server.Folder, "ledger");
        var verifier = NoteVerifier.Parse((await File.ReadAllTextAsync(Path.Combine(folder, "vkey"), Cancel)).Trim());
        var report = await LedgerFsck.CheckAsync(new FileTileStore(folder), verifier, null, Cancel);
        Assert.True(report.IsGood, report.Problem?.ToString());
        await using var db = server.Read();
        var entries = await db.LedgerEntries.AsNoTracking().OrderBy(row => row.Id).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, entries.Count).Select(index => (long?)index), entries.Select(row => row.Index));
        Assert.Equal(entries.Count, report.EntriesChecked);
        Assert.Equal(contributions, entries.Count(row => EntryTypes.Parse(row.Bytes) is ContribEntry));
        Assert.All(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)),
            path => Assert.True(path is "checkpoint" or "vkey" || TilePath.TryParse(path, out _), $"{path} was left behind"));
    }

    /// <summary>People who contribute without end and repeat, under the same key, what was not acknowledged.</summary>
    private sealed class Intake(AssayServer server, string datanet)
    {
        private volatile Served _served = new(null);

        /// <summary>SHA-256 by the id of each acknowledged contribution.</summary>
        public ConcurrentDictionary<string, string> Acknowledged { get; } = new();

        /// <summary>A server can be reached from now on. The answer completes with its first acknowledgement.</summary>
        public Task Serve(Uri address)
        {
            var before = _served;
            var now = _served = new Served(address);
            before.Replaced.SetResult();
            return now.Acknowledged.Task;
        }

        public async Task ContributeAsync(Person person, CancellationToken stop)
        {
            try
            {
                while (true)
                {
                    await ContributeOneAsync(person, Texts.Unique(RandomNumberGenerator.GetInt32(200, 20_000)), Guid.NewGuid().ToString("n"), stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The test has seen enough.
            }
        }

        private async Task ContributeOneAsync(Person person, byte[] content, string op, CancellationToken stop)
        {
            var patience = Stopwatch.StartNew();
            while (true)
            {
                var served = _served;
                try
                {
                    if (served.Address is not null)
                    {
                        using var http = server.Client(person.Key);
                        http.BaseAddress = served.Address;
                        var view = content.Length % 2 == 0
                            ? await SendAsync(person with { Http = http }, content, op)
                            : await ResumeAsync(person with { Http = http }, content, op);
                        Acknowledged[view.Id] = Convert.ToHexStringLower(SHA256.HashData(content));
                        served.Acknowledged.TrySetResult();
                        return;
                    }
                }
                catch (Exception gone) when (gone is HttpRequestException or IOException)
                {
                    Assert.True(patience.Elapsed < TimeSpan.FromMinutes(3), "a client waited three minutes for a server");
                }

                await served.Replaced.Task.WaitAsync(stop);
            }
        }

        private async Task<ContributionView> SendAsync(Person person, byte[] content, string op)
        {
            using var answer = await person.SendAsync(datanet, "file.txt", content, op);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return await Person.ReadAsync<ContributionView>(answer);
        }

        /// <summary>In three pieces, going on where the killed server had recorded the last one.</summary>
        private async Task<ContributionView> ResumeAsync(Person person, byte[] content, string op)
        {
            var upload = await person.OpenUploadAsync(datanet, "file.txt", content.Length, op);
            var offset = (int)(await person.OffsetAsync(upload)).Offset!.Value;
            Assert.InRange(offset, 0, content.Length);
            while (true)
            {
                var end = Math.Min(content.Length, offset + (content.Length / 3) + 1);
                using var answer = await person.PieceAsync(upload, offset, content[offset..end]);
                Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Cancel));
                if (answer.Content.Headers.ContentLocation is { } location)
                {
                    return await person.GetAsync<ContributionView>(location.ToString());
                }

                offset = end;
            }
        }

        private sealed record Served(Uri? Address)
        {
            public TaskCompletionSource Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
