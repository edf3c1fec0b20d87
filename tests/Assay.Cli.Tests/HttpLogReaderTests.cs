using System.Net;
using System.Net.Sockets;
using System.Text;
using Assay.Ledger;
using Assay.Testing;

namespace Assay.Cli.Tests;

public sealed class HttpLogReaderTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_log_is_verified_over_HTTP()
    {
        var golden = Path.Combine(Repository.Root, "tests", "goldens", "ledger-1000", "ledger");
        var address = Serve(path => File.Exists(golden + path) ? Answer("200 OK", File.ReadAllBytes(golden + path)) : Answer("404 Not Found", []));

        var (code, output, error) = await LedgerCommandTests.RunAsync("verify", address);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("GOOD: 1000 entries", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_a_bad_log_and_a_failing_server_is_no_answer()
    {
        var golden = Path.Combine(Repository.Root, "tests", "goldens", "ledger-1000", "ledger");
        var missing = Serve(path => path != "/tile/entries/002" ? Answer("200 OK", File.ReadAllBytes(golden + path)) : Answer("404 Not Found", []));

        var (code, output, _) = await LedgerCommandTests.RunAsync("verify", missing);
        Assert.Equal(1, code);
        Assert.Contains("first bad   entry 512", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/")]
    public async Task Errors_and_redirects_are_not_followed(string status)
    {
        var (code, _, error) = await LedgerCommandTests.RunAsync("verify", Serve(_ => Answer(status, [])));

        Assert.Equal(2, code);
        Assert.Contains($"answered {status[..3]}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off_at_its_limit_whatever_it_declares()
    {
        using var reader = new HttpLogReader(new Uri(Serve(_ => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), endless: true)));

        await Assert.ThrowsAsync<LedgerFormatException>(async () => await reader.ReadAsync("checkpoint", 1000, Cancel));
    }

    [Fact]
    public async Task A_compressed_bomb_is_cut_off_at_its_limit()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[10_000_000]);
        }

        using var reader = new HttpLogReader(new Uri(Serve(_ => Answer("200 OK\r\nContent-Encoding: gzip", bomb.ToArray()))));

        await Assert.ThrowsAsync<LedgerFormatException>(async () => await reader.ReadAsync("checkpoint", 1000, Cancel));
    }

    [Fact]
    public async Task A_server_that_stalls_in_the_middle_of_a_body_is_given_up()
    {
        var address = Serve(_ => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes."u8.ToArray(), stall: true);
        using var reader = new HttpLogReader(new Uri(address), TimeSpan.FromMilliseconds(300));

        var e = await Assert.ThrowsAsync<IOException>(async () => await reader.ReadAsync("checkpoint", 1000, Cancel));

        Assert.Contains("did not answer in full within 0.3 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_exit_code_2()
    {
        var (code, _, error) = await LedgerCommandTests.RunAsync("verify", "http://127.0.0.1:1/ledger");

        Assert.Equal(2, code);
        Assert.StartsWith("Could not be checked: ", error, StringComparison.Ordinal);
    }

    private static byte[] Answer(string status, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    /// <summary>A server of a few lines, so that it can be as rude as it likes.</summary>
    private string Serve(Func<string, byte[]> answer, bool endless = false, bool stall = false)
    {
        _listener.Start();
        _ = AcceptAsync();
        return $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        async Task AcceptAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                try
                {
                    using var request = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                    var path = (await request.ReadLineAsync(_stop.Token))!.Split(' ')[1];
                    await stream.WriteAsync(answer(path), _stop.Token);
                    while (endless)
                    {
                        await stream.WriteAsync(new byte[1000], _stop.Token);
                    }

                    if (stall)
                    {
                        await Task.Delay(Timeout.Infinite, _stop.Token);
                    }
                }
                catch (IOException)
                {
                    // The client hung up on us, as it should.
                }
            }
        }
    }
}
