using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Assay.Server.Tests;

/// <summary>An upload over a bare socket, so that a test decides when which byte is sent. Disposing breaks the connection.</summary>
internal sealed class SlowUpload : IDisposable
{
    private readonly TcpClient _socket = new();

    public SlowUpload(Uri server, string key, string datanet, long declared, string? op = null)
        : this(server, key, string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/datanets/{datanet}/contributions?file_name=slow.txt&licence={Person.Licence} HTTP/1.1\r\nIdempotency-Key: {op ?? Guid.NewGuid().ToString("n")}\r\nContent-Length: {declared}\r\n"))
    {
    }

    private SlowUpload(Uri server, string key, string begin)
    {
        _socket.Connect(server.Host, server.Port);
        _socket.GetStream().Write(Encoding.ASCII.GetBytes($"{begin}Host: {server.Authority}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"));
    }

    /// <summary>A piece of an upload that comes in pieces.</summary>
    public static SlowUpload Piece(Uri server, string key, Uri upload, long offset, long length) => new(server, key, string.Create(CultureInfo.InvariantCulture,
        $"PATCH {upload} HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n"));

    public Task SendAsync(byte[] bytes) => _socket.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Everything that the server answers until it closes.</summary>
    public async Task<string> AnswerAsync()
    {
        using var reader = new StreamReader(_socket.GetStream(), Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        // A reset instead of a polite end: the server must cope with both, and this is the ruder one.
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }
}
