using System.Net;
using Assay.Ledger;
using Assay.Ledger.Tree;

namespace Assay.Cli;

/// <summary>A log behind HTTP, read as from a stranger: no redirects, no cookies, every answer bounded in size and time.</summary>
internal sealed class HttpLogReader : ILogReader, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Uri _root;
    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;

    public HttpLogReader(Uri address)
        : this(address, Timeout)
    {
    }

    internal HttpLogReader(Uri address, TimeSpan timeout)
    {
        _root = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = timeout,
            MaxResponseHeadersLength = 16,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // the whole answer is timed below, body included
        };
        _timeout = timeout;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(string path, int limit, CancellationToken cancel)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timed.CancelAfter(_timeout);
        try
        {
            using var answer = await _client.GetAsync(new Uri(_root, path), HttpCompletionOption.ResponseHeadersRead, timed.Token);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await ReadBodyAsync(answer, path, limit, timed.Token),
                HttpStatusCode.NotFound or HttpStatusCode.Gone => null,
                _ => throw new IOException($"{_root}{path} answered {(int)answer.StatusCode} {answer.ReasonPhrase}; redirects are not followed."),
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{_root}{path} did not answer in full within {_timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException)
        {
            throw new IOException($"{_root}{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage answer, string path, int limit, CancellationToken cancel)
    {
        // Counted as it arrives and after decompression: neither a declared length nor a compressed bomb decides how much is kept.
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancel)) > 0;)
        {
            if (kept.Length + count > limit)
            {
                throw new LedgerFormatException($"{path} is longer than the {limit} bytes it can have");
            }

            kept.Write(buffer, 0, count);
        }

        return kept.ToArray();
    }
}
