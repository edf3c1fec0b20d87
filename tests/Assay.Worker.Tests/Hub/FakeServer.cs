using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Worker.Tests.Hub;

/// <summary>A request that the fake server got.</summary>
/// <param name="Target">Path and query as sent.</param>
/// <param name="Headers">Header values by lower-case name.</param>
internal sealed record FakeRequest(string Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>First wanted byte of a Range header, or 0.</summary>
    public int From => Headers.TryGetValue("range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
}

/// <summary>What the fake server sends.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Body">Body.</param>
internal sealed record FakeAnswer(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The connection is closed after so many bytes of the body, or null.</summary>
    public int? CutAfter { get; init; }

    /// <summary>The body stops after so many bytes and the connection stays open, or null.</summary>
    public int? StallAfter { get; init; }

    public static FakeAnswer Text(int status, string body) => new(status, Encoding.UTF8.GetBytes(body));

    public static FakeAnswer Redirect(string location) => new(302, []) { Headers = { ["Location"] = location } };
}

/// <summary>An HTTP/1.1 server on loopback that can misbehave: cut, stall, lie.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<FakeRequest, FakeAnswer> answer;
    private readonly Task accepting;

    public FakeServer(Func<FakeRequest, FakeAnswer> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Requests in the order they came.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
                if (await reader.ReadLineAsync(stop.Token) is not { } line)
                {
                    return;
                }

                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } header)
                {
                    int colon = header.IndexOf(':', StringComparison.Ordinal);
                    headers[header[..colon]] = header[(colon + 1)..].Trim();
                }

                var request = new FakeRequest(line.Split(' ')[1], headers);
                Requests.Enqueue(request);
                await SendAsync(stream, answer(request));
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client left, or the test is over.
            }
        }
    }

    private async Task SendAsync(NetworkStream stream, FakeAnswer given)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {given.Status} X\r\nConnection: close\r\n");
        foreach (var (name, value) in given.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (!given.Headers.ContainsKey("Content-Length"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {given.Body.Length}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), stop.Token);
        await stream.WriteAsync(given.Body.AsMemory(0, given.CutAfter ?? given.StallAfter ?? given.Body.Length), stop.Token);
        if (given.StallAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
    }
}
