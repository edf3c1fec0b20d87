using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;

namespace Assay.Server.Demo.Steps;

/// <summary>A LoRA fine-tune in a child process, with live figures; the adapter is saved in PEFT layout.</summary>
internal static class TrainStep
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        state.Run = await TrainAsync(state, "Harbor notes", [state.Snapshot.Id], null, "demo.json", cancel);
        DemoScreen.Say($"Held-out loss {state.Run.BaseLoss:0.000} before, {state.Run.TunedLoss:0.000} after ({state.Run.HoldOutRecords} records that were never trained on).");
        var adapter = Path.Combine(state.Folder.Models, state.Run.Id, "adapter");
        foreach (var file in Directory.EnumerateFiles(adapter).Order(StringComparer.Ordinal))
        {
            DemoScreen.Say($"    {file} ({new FileInfo(file).Length:N0} bytes)");
        }

        DemoScreen.Say($"The tuned model is called {state.Run.ModelName}. It is tuned from a demonstration model: it shows the way and is no useful assistant.");
        DemoScreen.Say(state.Run.TunedLoss < state.Run.BaseLoss
            ? "It learnt something that carries over; most of what it learnt it knows by heart, as a model of this size does."
            : "The held-out loss did not fall: a model of this size learns a few dozen records by heart.");
        DemoFailedException.Unless(state.Run.Loss < state.Run.BaseLoss / 2, $"The training loss only fell to {state.Run.Loss:0.000}.");
        state.Facts.Add(("Held-out loss before and after", $"{state.Run.BaseLoss:0.000} → {state.Run.TunedLoss:0.000}"));
    }

    /// <summary>Starts a run with a recipe's settings and shows it until it ends.</summary>
    internal static async Task<RunView> TrainAsync(DemoState state, string name, IReadOnlyList<string> snapshots, string? startFrom, string recipe, CancellationToken cancel)
    {
        var settings = JsonSerializer.Deserialize<RunSettings>(await File.ReadAllBytesAsync(Path.Combine(state.Folder.Home, "recipes", recipe), cancel), AssayJson.Options)!;
        var run = await state.As("builder").PostAsync<RunView>("/api/v1/runs", new StartRunRequest(AccessStep.Base, snapshots, name, settings, startFrom), cancel);
        DemoScreen.Say($"Run {run.Id}: {run.TrainRecords} records, rank {run.Settings.Rank}, learning rate {run.Settings.LearningRate}, {run.Settings.Epochs} epochs, seed {run.Settings.Seed}.");
        var began = state.Clock.GetTimestamp();
        var first = TimeSpan.Zero;
        var sinceStart = TimeSpan.Zero;
        await DemoScreen.ProgressAsync(state.Clock, async report =>
        {
            var shown = 0;
            await state.UntilAsync(async () =>
            {
                var points = await state.As("builder").GetAsync<List<RunPoint>>($"/api/v1/runs/{run.Id}/points", cancel);
                if (points.FindLast(point => point.Loss is not null) is { } last && points.Count > shown)
                {
                    shown = points.Count;
                    (first, sinceStart) = first == TimeSpan.Zero ? (state.Clock.GetElapsedTime(began), state.Elapsed) : (first, sinceStart);
                    var heldOut = points.FindLast(point => point.HoldOutLoss is not null)?.HoldOutLoss;
                    report(run.Steps == 0 ? 0 : (double)last.Step / run.Steps,
                        $"step {last.Step}/{run.Steps}  loss {last.Loss:0.000}  held-out {heldOut:0.000}  rate {last.LearningRate:0.0e+0}  {last.TokensPerSecond:0} tokens/s  {last.SecondsLeft:0} s left");
                }

                run = await state.As("builder").GetAsync<RunView>($"/api/v1/runs/{run.Id}", cancel);
                return run.EndedAt is null ? null : run;
            }, Patience, $"The end of run {run.Id}", cancel);
        });
        DemoFailedException.Unless(run.State == "succeeded", $"Run {run.Id} {run.State}: {run.Failure}");
        DemoScreen.Say($"{run.State} after {state.Clock.GetElapsedTime(began).TotalSeconds:0} s; the first loss came after {first.TotalSeconds:0} s, {sinceStart.TotalSeconds:0} s after the server was up.");
        return run;
    }
}
