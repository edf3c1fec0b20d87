using System.Security.Cryptography;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Models.Engine.Native;
using Assay.Models.Training;
using Assay.Worker.Leases;

namespace Assay.Worker.Jobs;

/// <summary>Fine-tunes an adapter for one run, then ends: a process per run, so that its memory is the run's alone.</summary>
internal static class TrainJob
{
    private const int MaxSentPerSecond = 10;

    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        EngineSelfTest.Quick(); // a library that does not load must cost no run an attempt
        if (await client.NextAsync("train", cancel) is not { } lease)
        {
            return;
        }

        var payload = lease.Payload.Deserialize<TrainPayload>(AssayJson.Options)!;
        var control = new TrainingControl();
        var wish = payload.Wish;
        if (wish is not null)
        {
            control.Pause();
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel); // a measurement looks at no control
        await using var heartbeat = new Heartbeat(client, lease, word =>
        {
            if (word == "cancel")
            {
                control.Cancel();
                ended.Cancel();
            }
            else
            {
                Volatile.Write(ref wish, word);
                control.Pause();
            }
        }, () => Environment.Exit(4), cancel);
        await using var curves = new CurveReporter(client, lease, MaxSentPerSecond, cancel);
        await using var stop = cancel.Register(control.Pause); // the server ends: a checkpoint is kept for the next attempt
        var result = Train(payload, control, () => Volatile.Read(ref wish), curves, ended.Token);
        await curves.FlushAsync();
        if (!cancel.IsCancellationRequested)
        {
            await client.FinishedAsync(lease, result, cancel);
        }
    }

    private static TrainResult Train(TrainPayload payload, TrainingControl control, Func<string?> wish, CurveReporter curves, CancellationToken ended)
    {
        try
        {
            using var tuning = FineTuning.Open(payload);
            return new TrainingRun(tuning, curves, ended).Run(control, wish);
        }
        catch (OperationCanceledException) when (control.CancelRequested)
        {
            return new TrainResult("cancelled", null, 0, null, null, null, null);
        }
        catch (Exception failure) when (TrainFailure.Sentence(failure, payload.Settings) is { } sentence)
        {
            return new TrainResult("failed", sentence, 0, null, null, null, null);
        }
    }

    /// <summary>SHA-256 of the adapter's weights, as the ledger states it.</summary>
    internal static string AdapterHash(string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"))));
}
