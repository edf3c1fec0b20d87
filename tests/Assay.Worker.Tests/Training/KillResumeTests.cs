using System.Diagnostics;
using System.Globalization;
using Assay.Models;
using Assay.Testing;

namespace Assay.Worker.Tests.Training;

/// <summary>A run killed with SIGKILL again and again ends with the bytes and the losses of one that nobody touched.</summary>
public sealed class KillResumeTests : IDisposable
{
    private const int Steps = 60;
    private const int Kills = 20;

    private readonly string folder = Directory.CreateTempSubdirectory("assay-kill-resume-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("Packed", Kills)]
    [InlineData("Reference", 3)]
    public void Kills_change_neither_the_loss_curve_nor_the_adapter(string path, int kills)
    {
        File.WriteAllLines(Data, Enumerable.Range(0, 40).Select(index =>
            $"{{\"question\":\"What does member {index} return?\",\"answer\":\"It returns the value {index * 7} as a number.\"}}"));
        var expected = new Dictionary<int, string>();
        Assert.True(Train(path, "straight", expected, killAt: null), "the uninterrupted run did not end");
        Assert.Equal(Steps, expected.Count);

        var random = new CounterRandom(11, "kills");
        int[] points = [.. random.Permutation(Steps - 1).Take(kills).Select(step => step + 1).Order()];
        var curve = new Dictionary<int, string>();
        foreach (int point in points)
        {
            Assert.False(Train(path, "killed", curve, point), $"the run ended before step {point}");
        }

        Assert.True(Train(path, "killed", curve, killAt: null), "the run did not end after its last kill");
        Assert.Equal(expected, curve);
        Assert.Equal(Adapter("straight"), Adapter("killed"));
    }

    private string Data => Path.Combine(folder, "data.jsonl");

    private byte[] Adapter(string run) => File.ReadAllBytes(Path.Combine(folder, run, "adapter_model.safetensors"));

    /// <summary>Runs until the end, or until a step is printed; returns whether it ended by itself.</summary>
    private bool Train(string path, string run, Dictionary<int, string> losses, int? killAt)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Assay.Worker"),
            [
                "train", Path.Combine(Repository.Root, "models", "starter"), Data, Path.Combine(folder, run), "--rank", "4", "--dropout", "0.1", "--neftune", "0.5", "--steps", $"{Steps}",
                "--batch", "2", "--cut-off", "48", "--held-out", "0", "--checkpoint-every", "3", "--path", path, "--dtype", "bf16",
            ])
        { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (Step(line) is not { } step)
            {
                continue;
            }

            // A repeated step must repeat its loss, digit for digit.
            Assert.True(losses.TryAdd(step.Number, step.Loss) || losses[step.Number] == step.Loss, $"step {step.Number}: {losses[step.Number]}, then {step.Loss}");
            if (step.Number == killAt)
            {
                process.Kill();
                process.WaitForExit();
                return false;
            }
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return true;
    }

    private static (int Number, string Loss)? Step(string line)
    {
        string[] words = line.Split(' ');
        return words is ["step", var progress, "loss", var loss, ..]
            ? (int.Parse(progress.Split('/')[0], CultureInfo.InvariantCulture), loss)
            : null;
    }
}
