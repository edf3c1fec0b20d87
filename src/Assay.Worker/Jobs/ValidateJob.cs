using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Data.Sandbox;
using Assay.Data.Validation;
using Assay.Worker.Leases;

namespace Assay.Worker.Jobs;

/// <summary>Reads hostile files, one after the other, and reports what is in them. libtorch is never loaded here.</summary>
internal static class ValidateJob
{
    /// <summary>Files after which the process makes room for a fresh one.</summary>
    private const int Recycle = 200;

    /// <summary>Processor time of one file. A busy machine must not turn a good file into an unreadable one, so the wall clock is generous.</summary>
    private static readonly TimeSpan ParserTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WallTime = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        for (var files = 0; files < Recycle; files++)
        {
            LeaseGrant? lease;
            while ((lease = await client.NextAsync("validate", cancel)) is null)
            {
                // Nothing to validate yet.
            }

            await InspectAsync(client, lease, cancel);
        }
    }

    private static async Task InspectAsync(LeaseClient client, LeaseGrant lease, CancellationToken cancel)
    {
        var payload = lease.Payload.Deserialize<ValidatePayload>(AssayJson.Options)!;
        var request = payload.Request.Deserialize<InspectionRequest>(InspectionJson.Options)!;
        var content = await client.BlobAsync(lease, cancel);
        ProcessLimits.AllowProcessorTime(ParserTime * 3);

        // A parser that loops may not look at its token; this process is then ended, and the lease with it.
        await using var heartbeat = new Heartbeat(client, lease, _ => { }, () => Environment.Exit(4), cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(WallTime);
        var before = Environment.CpuUsage.TotalTime;
        using var watch = new Timer(_ =>
        {
            if (Environment.CpuUsage.TotalTime - before > ParserTime)
            {
                patience.Cancel();
            }
        }, null, Look, Look);
        using var hardStop = new Timer(_ => Environment.FailFast("A parser did not stop in time."), null, WallTime + ParserTime, Timeout.InfiniteTimeSpan);
        Inspection inspection;
        try
        {
            inspection = ValidationPipeline.Inspect(content, request, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            inspection = ValidationPipeline.Unsafe(content, request.FileName, $"it was not read within {ParserTime.TotalSeconds} seconds of processor time.");
        }

        await client.InspectedAsync(lease, JsonSerializer.SerializeToUtf8Bytes(inspection, InspectionJson.Options), cancel);
    }
}
