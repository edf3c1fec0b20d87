using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Assay.Testing;

namespace Assay.Browser.Tests;

/// <summary>A datanet made through the public API: its owner's account, its id, one accepted contribution of many and a frozen version.</summary>
/// <param name="Contribution">Id of one accepted contribution.</param>
public sealed record SeededDatanet(string OwnerEmail, string Id, string Name, string Contribution)
{
    /// <summary>Markdown that would run scripts, were it not cleaned.</summary>
    public const string HostileMarkdown = "A **strong** word.\n\n<script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\">\n\n"
        + "[click](javascript:window.hacked=1) [data](data:text/html,hacked) [good](https://example.org/)";

    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "text");

    public static async Task<SeededDatanet> MakeAsync(string address, CancellationToken cancel)
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(address) };
        var email = $"{Guid.NewGuid():N}@example.org";
        await PostAsync(client, "/api/v1/accounts", new { email, name = "Oda Owner", password = Site.Password }, cancel);
        await PostAsync(client, "/api/v1/session", new { email, password = Site.Password }, cancel);

        var described = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Samples, "datanet.json"), cancel))!;
        var name = $"Harbor notes {Guid.NewGuid():N}"[..24];
        var datanet = await PostAsync(client, "/api/v1/datanets", new
        {
            name,
            kind = "text",
            purpose = (string?)described["purpose"],
            licences = new[] { "CC-BY-4.0" },
            summary = (string?)described["summary"],
            description = HostileMarkdown,
            exemplars = Directory.GetFiles(Path.Combine(Samples, "exemplars")).Select(file => new { name = Path.GetFileName(file), text = File.ReadAllText(file) }),
        }, cancel);
        var id = (string)datanet["id"]!;

        var sent = new List<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(Samples, "careful"), "*.md").Order(StringComparer.Ordinal))
        {
            sent.Add(await SendAsync(client, id, file, cancel));
        }

        foreach (var contribution in sent)
        {
            await DecidedAsync(client, contribution, cancel);
        }

        await PostAsync(client, $"/api/v1/datanets/{id}/snapshots", new { }, cancel);
        return new SeededDatanet(email, id, name, sent[0]);
    }

    /// <summary>Sends one more text as the owner and waits for its verdict.</summary>
    /// <returns>Id of the contribution.</returns>
    public async Task<string> SendAsync(string address, string fileName, string text, CancellationToken cancel)
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(address) };
        await PostAsync(client, "/api/v1/session", new { email = OwnerEmail, password = Site.Password }, cancel);
        var folder = Directory.CreateTempSubdirectory("assay-browser-");
        try
        {
            var file = Path.Combine(folder.FullName, fileName);
            await File.WriteAllTextAsync(file, text, cancel);
            var id = await SendAsync(client, Id, file, cancel);
            await DecidedAsync(client, id, cancel);
            return id;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> SendAsync(HttpClient client, string datanet, string file, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"/api/v1/datanets/{datanet}/contributions?licence=CC-BY-4.0&source=own+work&intended_use=tests&note=tests&file_name={Uri.EscapeDataString(Path.GetFileName(file))}")
        {
            Content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancel)),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        using var answer = await client.SendAsync(request, cancel);
        return (string)(await ReadAsync(answer, cancel))["id"]!;
    }

    private static async Task DecidedAsync(HttpClient client, string contribution, CancellationToken cancel)
    {
        for (var look = 0; look < 600; look++)
        {
            using var answer = await client.GetAsync(new Uri($"/api/v1/contributions/{contribution}", UriKind.Relative), cancel);
            if ((string)(await ReadAsync(answer, cancel))["state"]! is "accepted" or "rejected" or "review")
            {
                return;
            }

            await Task.Delay(100, cancel);
        }

        Assert.Fail($"The contribution {contribution} was not decided within a minute.");
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, object body, CancellationToken cancel)
    {
        using var answer = await client.PostAsJsonAsync(path, body, cancel);
        return await ReadAsync(answer, cancel);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}
