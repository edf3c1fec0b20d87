using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Assay.Worker.Hub;

/// <summary>
/// GET requests to a hub, as to a stranger: redirects are followed by hand, each hop needs https and a public address unless the user named that
/// origin, the token goes to the hub's own origin alone, and answers are bounded in size and time.
/// </summary>
/// <remarks>Addresses are judged when they are connected to, so a name that resolves differently the second time gains nothing. Proxies of the environment are not used.</remarks>
internal sealed class HubConnection : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    private readonly HubOptions options;
    private readonly HttpClient client;

    /// <exception cref="HubException">Host or mirror is not an address that is contacted.</exception>
    public HubConnection(HubOptions options)
    {
        this.options = options;
        CheckConfigured(options.Host, "--host");
        if (options.Mirror is { } mirror)
        {
            CheckConfigured(mirror, "--mirror");
        }

        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 64,
            ConnectTimeout = options.AnswerTimeout,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // heads and bodies are timed where they are read
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("assay", "0.1"));
    }

    /// <summary>The answer's head; status 200 or 206. The caller reads the body and disposes it.</summary>
    /// <param name="address">An address of the host or the mirror.</param>
    /// <param name="offset">First wanted byte; 0 asks for everything.</param>
    /// <exception cref="HubException">Any other answer, or none.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, long offset, CancellationToken cancel)
    {
        var at = address;
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            CheckHop(at);
            var answer = await SendAsync(at, offset, cancel);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent ? answer : throw Refusal(at, answer);
            }

            using (answer)
            {
                at = answer.Headers.Location is { } location && Uri.TryCreate(at, location, out var next)
                    ? next
                    : throw new HubException(HubFailure.BadAnswer, $"{Shown(at)} redirects to nowhere.");
            }
        }

        throw new HubException(HubFailure.BadAnswer, $"{Shown(address)} redirects more than {MostRedirects} times.");
    }

    /// <summary>A whole small answer.</summary>
    /// <param name="address">As for <see cref="GetAsync"/>.</param>
    /// <param name="limit">Most bytes.</param>
    /// <exception cref="HubException">As for <see cref="GetAsync"/>, or the answer is longer.</exception>
    public async Task<byte[]> ReadAsync(Uri address, int limit, CancellationToken cancel)
    {
        using var answer = await GetAsync(address, 0, cancel);
        var kept = new MemoryStream();
        await CopyAsync(answer, address, chunk =>
        {
            if (kept.Length + chunk.Length > limit)
            {
                throw new HubException(HubFailure.TooLarge, $"{Shown(address)} answers with more than {limit} bytes.");
            }

            kept.Write(chunk);
        }, cancel);
        return kept.ToArray();
    }

    /// <summary>Hands a body over in pieces, as long as it flows.</summary>
    /// <exception cref="HubException">The body stalls, drips or is cut; transient.</exception>
    public async Task CopyAsync(HttpResponseMessage answer, Uri address, Action<ReadOnlySpan<byte>> write, CancellationToken cancel)
    {
        using var window = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        window.CancelAfter(options.StallTimeout);
        byte[] buffer = new byte[128 << 10];
        int progress = 0;
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        for (int count; (count = await ReadSomeAsync(body, buffer, address, (window.Token, cancel))) > 0;)
        {
            write(buffer.AsSpan(0, count));
            progress += count;
            if (progress >= options.LeastProgress)
            {
                progress = 0;
                window.CancelAfter(options.StallTimeout);
            }
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>An address without its query, which may hold a signature.</summary>
    public static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path);

    private async ValueTask<int> ReadSomeAsync(Stream body, byte[] buffer, Uri address, (CancellationToken Window, CancellationToken Caller) cancel)
    {
        try
        {
            return await body.ReadAsync(buffer, cancel.Window);
        }
        catch (OperationCanceledException) when (!cancel.Caller.IsCancellationRequested)
        {
            throw Lost($"{Shown(address)} sent less than {options.LeastProgress} bytes in {options.StallTimeout.TotalSeconds:0.#} s.", null);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Lost($"The connection to {Shown(address)} was cut: {error.Message}", error);
        }
    }

    private static HubException Lost(string message, Exception? inner) => new(HubFailure.Unreachable, message, inner) { Transient = true };

    private static void CheckScheme(Uri address, string name)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0)
        {
            throw new HubException(HubFailure.AddressRefused, $"{name} '{address}' is not an https address without user name.");
        }
    }

    private void CheckConfigured(Uri address, string name)
    {
        CheckScheme(address, name);
        if (address.Scheme == "http" && !address.IsLoopback && !options.AllowPlainHttp)
        {
            throw new HubException(HubFailure.AddressRefused, $"{name} '{address}' is plain http, which anyone on the way can read and change. Use https, or add --plain-http if the network is yours.");
        }
    }

    private void CheckHop(Uri address)
    {
        CheckScheme(address, "The address");
        if (address.Scheme != "https" && !options.IsConfigured(address))
        {
            throw new HubException(HubFailure.AddressRefused, $"The hub redirects to {Shown(address)}, which is not https, so it is not followed.");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, long offset, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (options.Token is { } token && HubOptions.SameOrigin(address, options.Host))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }

        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timed.CancelAfter(options.AnswerTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timed.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Lost($"{Shown(address)} did not answer within {options.AnswerTimeout.TotalSeconds:0.#} s.", null);
        }
        catch (HttpRequestException error) when (error.InnerException is HubException refused)
        {
            throw refused;
        }
        catch (HttpRequestException error)
        {
            throw Lost($"{Shown(address)} cannot be reached: {error.Message}", error);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        var allowed = options.IsConfigured(context.InitialRequestMessage.RequestUri!) ? addresses : Array.FindAll(addresses, PublicAddresses.Contains);
        if (allowed.Length == 0)
        {
            throw new HubException(HubFailure.AddressRefused, $"'{host}' resolves to {string.Join(", ", addresses.AsEnumerable())}, which is not on the public internet, so it is not contacted.");
        }

        for (int index = 0; ; index++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(allowed[index], port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (index + 1 < allowed.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private HubException Refusal(Uri address, HttpResponseMessage answer)
    {
        using var disposed = answer;
        string code = answer.Headers.TryGetValues("X-Error-Code", out var values) ? values.First() : "";
        int status = (int)answer.StatusCode;
        string token = options.Token is null ? "set HF_TOKEN or give --token-file" : "the given token is not enough";
        return (status, code) switch
        {
            (_, "GatedRepo") or (403, _) => new HubException(HubFailure.Gated, $"{Shown(address)} answers {status}: the model is gated. Accept its terms on the hub's page with your account, then pull with that account's token ({token})."),
            (_, "RevisionNotFound") => new HubException(HubFailure.NotFound, $"{Shown(address)} answers {status}: the model has no such revision."),
            (_, "EntryNotFound") => new HubException(HubFailure.NotFound, $"{Shown(address)} answers {status}: the revision has no such file."),
            (401, _) => new HubException(HubFailure.NotFound, $"{Shown(address)} answers 401: there is no such model, or it is private ({token})."),
            (404, _) => new HubException(HubFailure.NotFound, $"{Shown(address)} answers 404: there is no such model, revision or file."),
            (416, _) => new HubException(HubFailure.BadAnswer, $"{Shown(address)} answers 416: it has no bytes from the asked one on."),
            (408 or 429 or >= 500, _) => new HubException(HubFailure.Unreachable, $"{Shown(address)} answers {status}: the host is overloaded or out of order. Try again later.")
            {
                Transient = true,
                RetryAfter = answer.Headers.RetryAfter?.Delta is { } wait ? (wait < LongestRetryAfter ? wait : LongestRetryAfter) : null,
            },
            _ => new HubException(HubFailure.BadAnswer, $"{Shown(address)} answers {status}, which a hub does not."),
        };
    }
}
