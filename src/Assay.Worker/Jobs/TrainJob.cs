using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Training;
using Assay.Worker.Leases;

namespace Assay.Worker.Jobs;

/// <summary>Fine-tunes an adapter for one run, then ends: a process per run, so that its memory is the run's alone.</summary>
internal static class TrainJob
{
    private const int MaxSentPerSecond = 10;

    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        if (await client.NextAsync("train", cancel) is not { } lease)
        {
            return;
        }

        var payload = lease.Payload.Deserialize<TrainPayload>(AssayJson.Options)!;
        var control = new TrainingControl();
        await using var heartbeat = new Heartbeat(client, lease, control.Cancel, () => Environment.Exit(4), cancel);
        await using var curves = new CurveReporter(client, lease, MaxSentPerSecond, cancel);
        await using var stop = cancel.Register(control.Pause); // the server ends: a checkpoint is kept for the next attempt
        var result = Train(payload, control, curves, cancel);
        await curves.FlushAsync();
        if (!cancel.IsCancellationRequested)
        {
            await client.FinishedAsync(lease, result, cancel);
        }
    }

    private static TrainResult Train(TrainPayload payload, TrainingControl control, CurveReporter curves, CancellationToken cancel)
    {
        try
        {
            using var session = FineTuning.Open(payload);
            return session.Run(control, curves, cancel);
        }
        catch (Exception unusable) when (unusable is InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException
            or InvalidCheckpointException or ArgumentException)
        {
            return Failed($"The run cannot be trained: {unusable.Message}");
        }
        catch (Exception memory) when (memory is OutOfMemoryException || (memory is ExternalException && memory.Message.Contains("memory", StringComparison.OrdinalIgnoreCase)))
        {
            return Failed($"Out of memory with batch_size {payload.Settings.BatchSize} and cut_off {payload.Settings.CutOff}. "
                + $"Try batch_size {Math.Max(1, payload.Settings.BatchSize / 2)}, or a shorter cut_off.");
        }
    }

    private static TrainResult Failed(string sentence) => new("failed", sentence, 0, null, null, null, null);

    /// <summary>SHA-256 of the adapter's weights, as the ledger states it.</summary>
    internal static string AdapterHash(string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"))));
}
