using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Leaderboard;
using Assay.Data.FileTypes;
using Assay.Data.Formats.Datasets;
using Assay.Data.Records;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Gates;

/// <summary>Sends what a population sends through a running server, day by day, by its public API.</summary>
internal sealed class GateSimulation(WebApplication app, SteppedClock clock, Population population, HarborFacts facts) : IDisposable
{
    private const string Licence = "CC0-1.0";
    private const string Purpose = "Teach a small model to answer questions about Harbor, a library for a harbour: in which unit a tide gauge, lock, buoy, crane, berth, pilot, ballast, dredge, "
        + "beacon, quay, mooring or sluice part reads, how often it takes a reading, which exception a call throws, where its limit lies, where readings are stored, and which threads may use it.";

    private readonly Dictionary<string, AssayClient> _clients = [];
    private string _datanet = "";

    /// <summary>Everything that was tried, in the order of arrival, with the answer of the gate.</summary>
    public List<(SentFile File, string Answer)> Sent { get; } = [];

    /// <summary>States of the received files by contributor.</summary>
    public Dictionary<(string Contributor, ContributionState State), int> Decided { get; private set; } = [];

    /// <summary>The board at the end.</summary>
    public BoardView Board { get; private set; } = null!;

    /// <summary>Records of the frozen version.</summary>
    public List<TrainingLine> Accepted { get; private set; } = [];

    public async Task RunAsync(int days, ulong seed, CancellationToken cancel)
    {
        foreach (var name in (string[])["owner", .. Population.People.Select(person => person.Name)])
        {
            await JoinAsync(name, cancel);
        }

        var chance = new Chance(seed + 1000);
        var exemplars = Enumerable.Range(0, 3).Select(i => new Exemplar($"exemplar {i + 1}", string.Join("\n\n",
            chance.Shuffled(facts.Facts).Take(5).Select(fact => $"## {fact.Questions[i]}\n\n{fact.Answers[i]}")))).ToList();
        _datanet = (await _clients["owner"].PostAsync<DatanetView>("/api/v1/datanets",
            new OpenDatanet.Request("Harbor answers", "text", Purpose, [Licence], Exemplars: exemplars), cancel)).Id;
        for (var day = 0; day < days; day++)
        {
            foreach (var file in population.Day(day))
            {
                var (view, refused) = await _clients[file.Contributor].ContributeAsync(_datanet, new ContributionFacts(file.Name, Licence, "simulated", "training a small model", "one of many notes", "en"),
                    Encoding.UTF8.GetBytes(file.Text), file.Name, cancel);
                Sent.Add((file, view is null ? refused!.Reason ?? "refused" : "received"));
            }

            await UntilDecidedAsync(cancel);
            clock.NextDay();
        }

        await ReadAsync(cancel);
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    /// <summary>The records that files give without any rule, in the order of arrival, until their texts have as many bytes as the budget.</summary>
    public static List<TrainingLine> Unjudged(IEnumerable<SentFile> files, long budget)
    {
        var lines = new List<TrainingLine>();
        foreach (var line in files.SelectMany(file => Records(file.Text)).TakeWhile(line => (budget -= line.Bytes) >= 0))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static IEnumerable<TrainingLine> Records(string text) =>
        RecordReader.Read((ExtractedText)new MarkdownFile().Read(Encoding.UTF8.GetBytes(text), CancellationToken.None)).Records.Select(record =>
            record.Turns.Count == 1 ? new TrainingLine("", record.Turns[0].Text) : new TrainingLine(record.Turns[0].Text, record.Turns[^1].Text));

    private async Task ReadAsync(CancellationToken cancel)
    {
        var snapshot = await _clients["owner"].PostAsync<SnapshotView>($"/api/v1/datanets/{_datanet}/snapshots", null, cancel);
        var lines = Encoding.UTF8.GetString(await _clients["owner"].DownloadAsync($"/api/v1/snapshots/{snapshot.Id}/export/records.jsonl", cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Accepted = [.. lines.Select(line => JsonSerializer.Deserialize<DatasetRecord>(line)!).Select(record => new TrainingLine(record.Prompt, record.Text))];
        Board = await _clients["owner"].GetAsync<BoardView>($"/api/v1/datanets/{_datanet}/leaderboard", cancel);
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<AssayDb>>().CreateDbContextAsync(cancel);
        Decided = await db.Contributions.Join(db.Accounts, row => row.AccountId, account => account.Id, (row, account) => new { account.Name, row.State })
            .GroupBy(row => row).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(row => (row.Key.Name, row.Key.State), row => row.Count, cancel);
    }

    private async Task JoinAsync(string name, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var account = NewAccount.Make($"{name}@example.org", name, Guid.NewGuid().ToString(), Roles.OnSignUp, now);
        var (key, secret) = CreateKey.Make(account.Id, "simulation", Roles.ScopesOf(account.RoleList), now, 365);
        await app.Services.GetRequiredService<DbWriter>().WriteAsync(async (db, stop) =>
        {
            await NewAccount.AddAsync(db, account, stop);
            db.ApiKeys.Add(key);
        }, cancel);
        _clients[name] = new AssayClient(new Uri(app.Urls.First()), secret);
    }

    private async Task UntilDecidedAsync(CancellationToken cancel)
    {
        var reader = app.Services.GetRequiredService<IDbContextFactory<AssayDb>>();
        while (true)
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            if (!await db.Contributions.AnyAsync(row => row.DecidedAt == null, cancel))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancel);
        }
    }
}

/// <summary>A record as training reads it.</summary>
internal sealed record TrainingLine(string Prompt, string Text)
{
    public long Bytes => Encoding.UTF8.GetByteCount(Prompt) + Encoding.UTF8.GetByteCount(Text);

    public string ToJson() => Prompt.Length == 0 ? JsonSerializer.Serialize(new { text = Text }) : JsonSerializer.Serialize(new { prompt = Prompt, completion = Text });
}
