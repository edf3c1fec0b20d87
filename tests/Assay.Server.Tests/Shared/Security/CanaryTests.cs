using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Client.Datanets;
using Assay.Data.Formats.Datasets;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>What is planted in a private datanet, in chats, runs and keys is found by who planted it and by nobody else, wherever they look.</summary>
public sealed class CanaryTests(PrivateWorld world) : IClassFixture<PrivateWorld>
{
    /// <summary>Shown to nobody once it was given, or not before the file is complete: looked for, but not to be found.</summary>
    private static readonly string[] NeverShown = ["key secret", "idempotency key", "upload name"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_planted_in_private_is_found_by_another_account_a_visitor_or_in_the_log_and_everything_by_who_planted_it()
    {
        // A second account that owns a datanet of its own, with files as near to the private ones as can be.
        var theirs = await world.Stranger.OpenSamplesAsync();
        await world.Stranger.ContributeAsync(theirs.Id, "gauge.md", Texts.Sample("careful/01-tide-gauge.md"));
        await world.Stranger.ContributeAsync(theirs.Id, "station.md", [.. Texts.Sample("careful/03-weather-station.md"), .. "\n\nA line of my own.\n"u8]);
        await world.Server.ValidateAsync();
        await world.Stranger.PostAsync<SnapshotView>($"/api/v1/datanets/{theirs.Id}/snapshots", new { });
        await world.Stranger.PostAsync<AnswerView>("/api/v1/chat", PrivateWorld.Question(PrivateWorld.Base, "Hello"));

        foreach (var (who, client) in ((string, HttpClient)[])[("a second account", world.Stranger.Http), ("a visitor", world.Server.Anonymous)])
        {
            var seen = await SearchAsync(client);
            Assert.True(seen.Answers > 1000, $"{who} looked at {seen.Answers} answers only");
            Assert.True(seen.Found.Count == 0, $"{who} found: {string.Join("; ", seen.Found.Select(hit => $"{hit.Key} at {hit.Value}"))}");
        }

        Assert.NotEmpty(world.Server.Failures.Lines);
        Assert.Empty(world.Server.Failures.Lines.SelectMany(world.Planted.In));

        var found = new Dictionary<string, string>();
        foreach (var person in (Person[])[world.Owner, world.Contributor, world.Reviewer, world.Builder])
        {
            foreach (var (place, path) in (await SearchAsync(person.Http)).Found)
            {
                found.TryAdd(place, path);
            }
        }

        Assert.Equal(world.Planted.All.Keys.Except(NeverShown).Order(), found.Keys.Order());
    }

    /// <summary>Opens every page and every address of the API with every id there is, asks for every ledger file, and puts questions to the private model.</summary>
    /// <returns>Where each string was found first, and how many answers were read.</returns>
    private async Task<(Dictionary<string, string> Found, int Answers)> SearchAsync(HttpClient client)
    {
        var found = new Dictionary<string, string>();
        var answers = 0;
        foreach (var path in (await AddressesAsync()).Distinct())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd(path.StartsWith("/api/", StringComparison.Ordinal) ? "application/json" : "text/html");
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            await NoteAsync(path, answer);
        }

        foreach (var path in (string[])["/api/v1/chat", "/api/v1/chat/stream", "/v1/chat/completions"])
        {
            using var answer = await PostAsync(path, PrivateWorld.Question(world.Run.ModelName!, "Hello"));
            await NoteAsync(path, answer);
        }

        // The draft of a correction repeats the question.
        var correction = $"/api/v1/answers/{world.Answer.Id}/correction";
        using var draft = await PostAsync(correction, new CorrectionRequest(world.Datanet.Id, "Corrected."));
        await NoteAsync(correction, draft);

        return (found, answers);

        Task<HttpResponseMessage> PostAsync(string path, object body) => client.PostAsJsonAsync(path, body, AssayJson.Options, Cancel);

        async Task NoteAsync(string path, HttpResponseMessage answer)
        {
            answers++;
            Assert.True((int)answer.StatusCode < 500, $"{path}: {answer.StatusCode} {string.Concat(world.Server.Failures.Seen)}");
            var text = $"{answer.Headers}{answer.Content.Headers}{await ReadAsync(answer)}";
            // What a visitor asks for stands in the refusal, and is no news to the visitor.
            foreach (var place in world.Planted.In(text.Replace(world.Run.ModelName!, "", StringComparison.Ordinal)))
            {
                found.TryAdd(place, path);
            }
        }
    }

    private async Task<List<string>> AddressesAsync()
    {
        var ids = await IdsAsync();
        var addresses = new List<string>();
        foreach (var pattern in Routes.Of(world.Server).Where(route => route.Method == "GET").Select(route => route.Pattern))
        {
            var filled = pattern.Replace("{number}", "1", StringComparison.Ordinal).Replace("{index}", "3", StringComparison.Ordinal).Replace("{code}", "404", StringComparison.Ordinal)
                .Replace("{name}", Uri.EscapeDataString(world.Run.ModelName!), StringComparison.Ordinal).Replace("{rule}", "derived", StringComparison.Ordinal).Replace("{assignment}", world.Assignment.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{job}", "1", StringComparison.Ordinal).Replace("{**path}", "0/000", StringComparison.Ordinal);
            foreach (var file in filled.Contains("{file}", StringComparison.Ordinal) ? (string[])["adapter_config.json", "adapter_model.safetensors"] : [""])
            {
                var one = filled.Replace("{file}", file, StringComparison.Ordinal);
                addresses.AddRange(one.Contains("{id}", StringComparison.Ordinal) ? ids.Select(id => one.Replace("{id}", id, StringComparison.Ordinal)) : [one]);
            }
        }

        foreach (var id in ids)
        {
            addresses.AddRange([$"/api/v1/me/quota?datanet={id}", $"/api/v1/test-sets?datanet={id}", $"/contribute?datanet={id}", $"/leaderboard?datanet={id}", $"/studio?snapshot={id}", $"/studio?from={id}", $"/studio?without={id}"]);
            addresses.AddRange(ids.Where(other => other.StartsWith("s_", StringComparison.Ordinal)).Select(other => $"/api/v1/snapshots/{id}/diff?from={other}"));
        }

        foreach (var canary in world.Planted.All.Values)
        {
            addresses.AddRange([$"/datanets?search={canary[..12]}", $"/api/v1/datanets?search={canary[..12]}"]);
        }

        await using var db = world.Server.Read();
        var entries = await db.LedgerEntries.CountAsync(Cancel);
        addresses.AddRange(Enumerable.Range(0, entries).Select(index => string.Create(CultureInfo.InvariantCulture, $"/api/v1/ledger/entries/{index}/receipt")));
        addresses.AddRange(Enumerable.Range(0, (entries / 100) + 1).Select(page => string.Create(CultureInfo.InvariantCulture, $"/api/v1/ledger/entries?from={page * 100}")));
        addresses.AddRange(Enumerable.Range(0, (entries / 25) + 1).Select(page => string.Create(CultureInfo.InvariantCulture, $"/transparency?from={page * 25}")));
        var ledger = world.Server.Paths.Ledger;
        addresses.AddRange(Directory.EnumerateFiles(ledger, "*", SearchOption.AllDirectories).Select(path => "/ledger/" + Path.GetRelativePath(ledger, path)));
        Assert.All(addresses, address => Assert.DoesNotContain('{', address));
        return addresses;
    }

    /// <summary>Every id of the world, as if somebody had got hold of them all.</summary>
    private async Task<List<string>> IdsAsync()
    {
        await using var db = world.Server.Read();
        return
        [
            .. await db.Datanets.Select(row => row.Id).ToListAsync(Cancel), .. await db.Contributions.Select(row => row.Id).ToListAsync(Cancel),
            .. await db.Snapshots.Select(row => row.Id).ToListAsync(Cancel), .. await db.Runs.Select(row => row.Id).ToListAsync(Cancel), .. await db.Exports.Select(row => row.Id).ToListAsync(Cancel),
            .. await db.Answers.Select(row => row.Id).ToListAsync(Cancel), .. await db.Access.Select(row => row.Id).ToListAsync(Cancel), .. await db.ApiKeys.Select(row => row.Id).ToListAsync(Cancel), .. await db.Imports.Select(row => row.Id).ToListAsync(Cancel),
            .. await db.Uploads.Select(row => row.Id).ToListAsync(Cancel),
            .. (await db.Assignments.Select(row => row.Id).ToListAsync(Cancel)).ConvertAll(id => id.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>An answer as text: bundles are unpacked, and their tables read.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancel);
        if (answer.Content.Headers.ContentType?.MediaType != "application/zip")
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder();
        await using var archive = new ZipArchive(new MemoryStream(bytes));
        foreach (var entry in archive.Entries)
        {
            await using var content = await entry.OpenAsync(Cancel);
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, Cancel);
            text.Append(Encoding.UTF8.GetString(copy.ToArray()));
            if (entry.Name == "files.parquet")
            {
                copy.Position = 0;
                await foreach (var (file, inside) in FileTable.ReadAsync(copy, Cancel))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{file} {file.Note} {file.Source} {Encoding.UTF8.GetString(inside)}");
                }
            }
        }

        return text.ToString();
    }
}
