using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Assay.Client;
using Assay.Client.Leases;

namespace Assay.Worker.Jobs;

/// <summary>A request body that grows while the model answers: one line of JSON per chunk, flushed at once.</summary>
internal sealed class AnswerLines : HttpContent
{
    private readonly Channel<InferChunk> _chunks = Channel.CreateUnbounded<InferChunk>();

    public void Write(InferChunk chunk) => _chunks.Writer.TryWrite(chunk);

    public void Complete() => _chunks.Writer.TryComplete();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        await foreach (var chunk in _chunks.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(chunk, AssayJson.Options));
            await stream.WriteAsync("\n"u8.ToArray());
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
