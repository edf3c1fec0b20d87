using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Assay.Client.Contributions;

namespace Assay.Client;

/// <summary>The HTTP API for programs: JSON in, records out, refusals as <see cref="AssayProblem"/>. Safe to use from several threads.</summary>
public sealed partial class AssayClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="server">Address of the server.</param>
    /// <param name="key">API key; null for what needs none.</param>
    public AssayClient(Uri server, string? key = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromMinutes(10),
        };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Reads a resource.</summary>
    /// <exception cref="AssayRefusedException">The server refused.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancel)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        return await ReadAsync<T>(answer, cancel);
    }

    /// <summary>Changes a part of a resource.</summary>
    /// <exception cref="AssayRefusedException">The server refused.</exception>
    public async Task<T> PatchAsync<T>(string path, object body, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var content = JsonContent.Create(body, body.GetType(), options: AssayJson.Options);
        using var answer = await _http.PatchAsync(new Uri(path, UriKind.Relative), content, cancel);
        return await ReadAsync<T>(answer, cancel);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="AssayRefusedException">The server refused.</exception>
    public async Task<byte[]> DownloadAsync(string path, CancellationToken cancel)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync(cancel)
            : throw new AssayRefusedException(await ProblemOf(answer, cancel));
    }

    /// <summary>Sends a command. A null <paramref name="body"/> sends none.</summary>
    /// <exception cref="AssayRefusedException">The server refused.</exception>
    public async Task<T> PostAsync<T>(string path, object? body, CancellationToken cancel)
    {
        using var content = body is null ? null : JsonContent.Create(body, body.GetType(), options: AssayJson.Options);
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancel);
        return await ReadAsync<T>(answer, cancel);
    }

    /// <summary>Contributes a file; a refusal at the gate is an answer, not an exception.</summary>
    /// <param name="datanet">Datanet id.</param>
    /// <param name="facts">What the contributor says of it.</param>
    /// <param name="content">The file.</param>
    /// <param name="key">Idempotency key: new for each file, kept for retries.</param>
    /// <param name="cancel">Ends the upload.</param>
    public async Task<(ContributionView? View, AssayProblem? Refused)> ContributeAsync(
        string datanet, ContributionFacts facts, ReadOnlyMemory<byte> content, string key, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var query = string.Join('&', new (string Name, string? Value)[]
        {
            ("file_name", facts.FileName), ("licence", facts.Licence), ("source", facts.Source), ("intended_use", facts.IntendedUse), ("note", facts.Note),
            ("language", facts.Language), ("from_answer", facts.FromAnswer), ("columns", facts.Columns), ("import", facts.Import),
        }.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/api/v1/datanets/{datanet}/contributions?{query}", UriKind.Relative))
        {
            Content = new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        };
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.ExpectContinue = true; // a refused reservation is known before the bytes are sent
        using var answer = await _http.SendAsync(request, cancel);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<ContributionView>(AssayJson.Options, cancel), null)
            : (null, await ProblemOf(answer, cancel));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new AssayRefusedException(await ProblemOf(answer, cancel));
        }

        return answer.StatusCode == System.Net.HttpStatusCode.NoContent ? default! : (await answer.Content.ReadFromJsonAsync<T>(AssayJson.Options, cancel))!;
    }

    private static async Task<AssayProblem> ProblemOf(HttpResponseMessage answer, CancellationToken cancel)
    {
        var status = (int)answer.StatusCode;
        try
        {
            var members = (await answer.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>(AssayJson.Options, cancel))!;
            return new AssayProblem(status, Text("reason"), Text("detail") ?? Text("title") ?? answer.ReasonPhrase ?? "", members);

            string? Text(string name) => members.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return new AssayProblem(status, null, string.Create(CultureInfo.InvariantCulture, $"The server answered {status} {answer.ReasonPhrase}."), new Dictionary<string, JsonElement>());
        }
    }
}
