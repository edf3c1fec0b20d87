using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Assay.Client.Leases;

/// <summary>A worker's side of the lease protocol. One client per worker process; safe to use from several threads.</summary>
public sealed class LeaseClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _worker;

    /// <param name="server">Address of the server, such as <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="secret">What the server handed to its child.</param>
    /// <param name="worker">Name of this process.</param>
    public LeaseClient(Uri server, string secret, string worker)
    {
        _worker = worker;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(server, "/api/leases/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Add("X-Assay-Worker", secret);
    }

    /// <summary>Waits for the next job of a kind; null when the server had none for some seconds.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses this worker.</exception>
    public async Task<LeaseGrant?> NextAsync(string kind, CancellationToken cancel)
    {
        using var answer = await _http.PostAsJsonAsync("next", new LeaseRequest(kind, _worker), AssayJson.Options, cancel);
        answer.EnsureSuccessStatusCode();
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync<LeaseGrant>(AssayJson.Options, cancel);
    }

    /// <summary>Waits for the next question; null when there was none for some seconds.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses this worker.</exception>
    public async Task<InferPayload?> NextQuestionAsync(CancellationToken cancel)
    {
        using var answer = await _http.PostAsJsonAsync("infer/next", new LeaseRequest("infer", _worker), AssayJson.Options, cancel);
        answer.EnsureSuccessStatusCode();
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync<InferPayload>(AssayJson.Options, cancel);
    }

    /// <summary>Prolongs a lease. Null: it is lost, stop without writing.</summary>
    public async Task<HeartbeatAnswer?> HeartbeatAsync(LeaseGrant lease, CancellationToken cancel)
    {
        using var answer = await SendAsync(lease, "heartbeat", null, cancel);
        return answer.StatusCode == HttpStatusCode.Conflict ? null : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<HeartbeatAnswer>(AssayJson.Options, cancel);
    }

    /// <summary>The file that a validation job is about.</summary>
    public async Task<byte[]> BlobAsync(LeaseGrant lease, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path(lease, "blob"));
        request.Headers.Add("X-Lease-Token", lease.Token.ToString(CultureInfo.InvariantCulture));
        using var answer = await _http.SendAsync(request, cancel);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>Reports what a file's bytes say, as JSON of <c>Assay.Data</c>. False: the lease is lost.</summary>
    public Task<bool> InspectedAsync(LeaseGrant lease, byte[] inspection, CancellationToken cancel) =>
        ReportAsync(lease, "inspection", new ByteArrayContent(inspection), cancel);

    /// <summary>Reports points of a run's curves. False: the lease is lost.</summary>
    public Task<bool> ProgressAsync(LeaseGrant lease, TrainProgress progress, CancellationToken cancel) =>
        ReportAsync(lease, "progress", JsonContent.Create(progress, options: AssayJson.Options), cancel);

    /// <summary>Reports the end of a run. False: the lease is lost.</summary>
    public Task<bool> FinishedAsync(LeaseGrant lease, TrainResult result, CancellationToken cancel) =>
        ReportAsync(lease, "result", JsonContent.Create(result, options: AssayJson.Options), cancel);

    /// <summary>Reports the end of an export. False: the lease is lost.</summary>
    public Task<bool> ExportedAsync(LeaseGrant lease, ExportResult result, CancellationToken cancel) =>
        ReportAsync(lease, "export", JsonContent.Create(result, options: AssayJson.Options), cancel);

    /// <summary>Sends an answer while it is made, a line of JSON per chunk. False: nobody waits for it any more.</summary>
    public async Task<bool> AnswerAsync(string id, HttpContent lines, CancellationToken cancel)
    {
        using var answer = await _http.PostAsync($"infer/{id}", lines, cancel);
        return answer.IsSuccessStatusCode;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Path(LeaseGrant lease, string what) => string.Create(CultureInfo.InvariantCulture, $"{lease.Job}/{what}");

    private async Task<bool> ReportAsync(LeaseGrant lease, string what, HttpContent content, CancellationToken cancel)
    {
        using var answer = await SendAsync(lease, what, content, cancel);
        return answer.StatusCode != HttpStatusCode.Conflict && answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(LeaseGrant lease, string what, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(lease, what)) { Content = content };
        request.Headers.Add("X-Lease-Token", lease.Token.ToString(CultureInfo.InvariantCulture));
        return await _http.SendAsync(request, cancel);
    }
}
