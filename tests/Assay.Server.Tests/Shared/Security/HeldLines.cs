using System.Net;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>A worker's answer whose first piece is sent at once and the rest when something has happened.</summary>
internal sealed class HeldLines : HttpContent
{
    private readonly IReadOnlyList<InferChunk> _chunks;
    private readonly Task _until;

    public HeldLines(IReadOnlyList<InferChunk> chunks, Task until)
    {
        (_chunks, _until) = (chunks, until);
        Headers.ContentType = new("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var (index, chunk) in _chunks.Index())
        {
            if (index == 1)
            {
                await _until;
            }

            await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(chunk, AssayJson.Options));
            stream.WriteByte((byte)'\n');
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
