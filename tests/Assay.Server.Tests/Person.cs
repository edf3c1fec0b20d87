using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Testing;

namespace Assay.Server.Tests;

/// <summary>Somebody with an account, acting through the public API.</summary>
/// <param name="Account">The account as the API shows it.</param>
/// <param name="Key">An API key with every scope of the account's roles.</param>
/// <param name="Http">Sends the key.</param>
public sealed record Person(AccountView Account, string Key, HttpClient Http)
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "correct horse battery";

    /// <summary>The licence that test datanets take.</summary>
    public const string Licence = "CC-BY-4.0";

    /// <summary>What test datanets are for.</summary>
    public const string Purpose =
        "Teach a small model to answer questions about Harbor, an open-source .NET library for a harbour: what each member of a tide gauge, buoy, "
        + "weather station, sensor reading, harbour log, berth plan or pilot schedule returns, its default value and unit in metres, the exception it throws, "
        + "and whether a call is thread safe for every ship and port.";

    /// <summary>Opens a text datanet under a name nobody else has.</summary>
    public async Task<DatanetView> OpenAsync(string? name = null)
    {
        var answer = await PostAsync("/api/v1/datanets", new { name = name ?? $"Harbor {Guid.NewGuid():n}", kind = "text", purpose = Purpose, licences = new[] { Licence } });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await ReadAsync<DatanetView>(answer);
    }

    /// <summary>Opens a datanet with purpose, description and exemplars of the samples, so that its files are judged as they are in the demonstration.</summary>
    public async Task<DatanetView> OpenSamplesAsync()
    {
        var folder = Path.Combine(Repository.Root, "samples", "text");
        using var facts = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "datanet.json"), TestContext.Current.CancellationToken));
        var root = facts.RootElement;
        return await PostAsync<DatanetView>("/api/v1/datanets", new
        {
            name = $"Harbor {Guid.NewGuid():n}",
            kind = "text",
            purpose = root.GetProperty("purpose"),
            description = root.GetProperty("description"),
            tags = root.GetProperty("tags"),
            licences = new[] { Licence },
            exemplars = Directory.EnumerateFiles(Path.Combine(folder, "exemplars")).Select(path => new { name = Path.GetFileName(path), text = File.ReadAllText(path) }),
        });
    }

    /// <summary>Sends a file and expects it to be received.</summary>
    public async Task<ContributionView> ContributeAsync(string datanet, string fileName, byte[] content)
    {
        using var answer = await SendAsync(datanet, fileName, content);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await ReadAsync<ContributionView>(answer);
    }

    /// <summary>Sends a file under an idempotency key of its own, or the one given.</summary>
    public Task<HttpResponseMessage> SendAsync(string datanet, string fileName, byte[] content, string? op = null, string? query = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Upload(datanet, fileName, query)) { Content = new ByteArrayContent(content) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", op ?? Guid.NewGuid().ToString("n"));
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a body of unknown length that declares <paramref name="declared"/> bytes.</summary>
    public Task<HttpResponseMessage> SendChunkedAsync(string datanet, string fileName, byte[] content, long? declared)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Upload(datanet, fileName, null)) { Content = new UnsizedContent(content) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("n"));
        if (declared is { } length)
        {
            request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        }

        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The contribution as the API shows it now.</summary>
    public async Task<ContributionView> ContributionAsync(string id) => await GetAsync<ContributionView>($"/api/v1/contributions/{id}");

    /// <summary>What is left of today's limits.</summary>
    public async Task<QuotaView> QuotaAsync(string? datanet = null) => await GetAsync<QuotaView>($"/api/v1/me/quota?datanet={datanet}");

    /// <summary>Reads a JSON answer; fails on any other status than 200.</summary>
    public async Task<T> GetAsync<T>(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await ReadAsync<T>(answer);
    }

    /// <summary>Sends JSON and returns the answer, whatever it is.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, object body) =>
        Http.PostAsJsonAsync(path, body, AssayJson.Options, TestContext.Current.CancellationToken);

    /// <summary>Sends JSON and reads a good answer.</summary>
    public async Task<T> PostAsync<T>(string path, object body)
    {
        using var answer = await PostAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await ReadAsync<T>(answer);
    }

    /// <summary>The body of an answer.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return (await answer.Content.ReadFromJsonAsync<T>(AssayJson.Options, TestContext.Current.CancellationToken))!;
    }

    private static string Upload(string datanet, string fileName, string? query) =>
        $"/api/v1/datanets/{datanet}/contributions?file_name={Uri.EscapeDataString(fileName)}" + (query ?? $"&licence={Licence}");

    private sealed class UnsizedContent(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
