using System.Net.Sockets;
using System.Text;

namespace Assay.Server.Tests;

/// <summary>Bytes over a bare socket: requests that no client library would send.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _socket = new();

    public RawRequest(Uri server) => _socket.Connect(server.Host, server.Port);

    /// <summary>Sends text as Latin-1 and reads until the server closes; what it sent before a reset still counts.</summary>
    public async Task<string> SendAsync(string text)
    {
        var stream = _socket.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // The server closed while it was still being talked to.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public void Dispose() => _socket.Dispose();
}
