using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Server.Shared;

namespace Assay.Server.Gates;

/// <summary>Fine-tunes the starter on the records of one arm and measures what it knows of the held-out questions.</summary>
internal static class GateTraining
{
    /// <summary>Loss of each held-out question in nats per token, before and after.</summary>
    /// <exception cref="InvalidOperationException">The worker did not end well; its words are in the message.</exception>
    public static async Task<(double[] Before, double[] After)> RunAsync(DataFolder home, string folder, IReadOnlyList<TrainingLine> lines, IReadOnlyList<Fact> heldOut, int steps, ulong seed, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var (data, questions, losses) = (Path.Combine(folder, "train.jsonl"), Path.Combine(folder, "held-out.jsonl"), Path.Combine(folder, "losses.jsonl"));
        await File.WriteAllLinesAsync(data, lines.Select(line => line.ToJson()), cancel);
        await File.WriteAllLinesAsync(questions, heldOut.Select(fact => new TrainingLine(fact.Questions[HarborFacts.HeldOutManner], fact.Answers[HarborFacts.HeldOutManner]).ToJson()), cancel);
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Worker", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Worker"));
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["train", home.Starter, data, Path.Combine(folder, "adapter"), "--held-out-file", questions, "--losses", losses, "--steps", Number(steps), "--batch", "8",
            "--rank", "16", "--alpha", "32", "--learning-rate", "0.003", "--cut-off", "256", "--dtype", "fp32", "--seed", seed.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Training ended with {process.ExitCode}: {await errors}{await output}");
        }

        var measured = (await File.ReadAllLinesAsync(losses, cancel)).Select(line => JsonSerializer.Deserialize<Measured>(line, JsonSerializerOptions.Web)!.Losses).ToList();
        return (measured[0], measured[^1]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Measured(double[] Losses);
}
