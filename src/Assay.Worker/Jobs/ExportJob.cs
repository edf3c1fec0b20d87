using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Models;
using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Engine.Native;
using Assay.Models.Export;
using Assay.Worker.Exports;
using Assay.Worker.Leases;

namespace Assay.Worker.Jobs;

/// <summary>Writes one export, loads it again and compares it with the model that was tested.</summary>
internal static class ExportJob
{
    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        EngineSelfTest.Quick();
        if (await client.NextAsync("export", cancel) is not { } lease)
        {
            return;
        }

        var payload = lease.Payload.Deserialize<ExportPayload>(AssayJson.Options)!;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var heartbeat = new Heartbeat(client, lease, _ => ended.Cancel(), () => Environment.Exit(4), cancel);
        var result = await Task.Run(() => Export(payload, ended.Token), CancellationToken.None);
        if (!cancel.IsCancellationRequested)
        {
            await client.ExportedAsync(lease, result, cancel);
        }
    }

    /// <summary>Writes into the payload's folder, which is emptied first: an earlier attempt may have left parts.</summary>
    internal static ExportResult Export(ExportPayload payload, CancellationToken cancel)
    {
        try
        {
            RemoveEarlier(payload.Folder);
            var parity = Write(payload, cancel);
            return new ExportResult("done", null, parity, [.. Directory.EnumerateFiles(payload.Folder).Order(StringComparer.Ordinal).Select(HashOf)]);
        }
        catch (OperationCanceledException)
        {
            RemoveEarlier(payload.Folder);
            return new ExportResult("cancelled", null, null, []);
        }
        catch (Exception failure) when (Sentence(failure) is { } sentence)
        {
            RemoveEarlier(payload.Folder);
            return new ExportResult("failed", sentence, null, []);
        }
    }

    private static ParityView Write(ExportPayload payload, CancellationToken cancel)
    {
        using var model = BaseModel.Load(payload.BaseFolder);
        if (payload.Format == "adapter")
        {
            Directory.CreateDirectory(payload.Folder);
            foreach (var file in Directory.EnumerateFiles(payload.AdapterFolder))
            {
                File.Copy(file, Path.Combine(payload.Folder, Path.GetFileName(file)));
            }

            return ViewOf(ParityGate.CheckAdapter(model, payload.AdapterFolder, payload.Folder, cancel));
        }

        if (payload.Format == "gguf")
        {
            Directory.CreateDirectory(payload.Folder);
        }

        var target = new ExportTarget(payload.Format == "gguf" ? Path.Combine(payload.Folder, payload.FileName) : payload.Folder, payload.Format, payload.Type);
        using (var source = ExportSource.Open(model, payload.AdapterFolder))
        {
            target.Write(model, source, MergedFolder.UsualShardBytes);
        }

        cancel.ThrowIfCancellationRequested();
        return ViewOf(ParityGate.Check(model, payload.AdapterFolder, target, cancel));
    }

    private static ParityView ViewOf(ParityReport report) => new(report.Passed ? "pass" : "differs", report.Prompts, report.Tokens, report.MaxLogitDifference,
        report.MeanKl, report.EqualTop, report.EqualReplies, report.Limit);

    private static ExportFile HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return new ExportFile(Path.GetFileName(path), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static void RemoveEarlier(string folder)
    {
        foreach (var path in Directory.EnumerateDirectories(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + "*"))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>What happened and what to do; null: a second attempt may go better.</summary>
    private static string? Sentence(Exception failure) => failure switch
    {
        ExportRefusedException => failure.Message,
        OverflowException => failure.Message,
        InsufficientMemoryException or OutOfMemoryException => $"Out of memory: {failure.Message} Export on a machine with more memory, or take the adapter.",
        InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException or InvalidGgufException or ArgumentException =>
            $"The model cannot be exported: {failure.Message}",
        ArithmeticException => $"The model's weights are damaged: {failure.Message}",
        IOException or UnauthorizedAccessException => $"The export could not be written: {failure.Message} Look whether the disk of the data folder is full, then export again.",
        ExternalException or InvalidOperationException => $"The export broke off: {failure.Message} Export again; if it breaks off again, report it with this sentence.",
        _ => null,
    };
}
