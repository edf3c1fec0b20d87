using System.Globalization;
using System.Text.Json;
using Assay.Models.Training;

namespace Assay.Worker.Verbs;

/// <summary>A run at the command line: trains, measures what is held out, and prints one line per step.</summary>
/// <param name="target">What is trained.</param>
/// <param name="data">On what.</param>
/// <param name="options">How.</param>
/// <param name="heldOut">Samples to measure, may be empty.</param>
/// <param name="evaluateEvery">Steps between measurements; 0 measures before and after only.</param>
/// <param name="losses">File that gets a JSON line per measurement with the loss of each sample; null for none.</param>
internal sealed class TrainSession(ITrainingTarget target, ITrainingData data, TrainOptions options, List<TrainingSample> heldOut, int evaluateEvery, string? losses)
{
    private const int MeasuredAtOnce = 8;

    /// <summary>Continues from the newest checkpoint, if there is one, and trains to the end or until Ctrl+C asks for a pause.</summary>
    public TrainingOutcome Run(TextWriter output)
    {
        output.WriteLine($"path {target.Path}");
        using var trainer = new Trainer(target, data, options, TimeProvider.System);
        int resumed = trainer.Resume();
        if (resumed > 0)
        {
            output.WriteLine($"continued from the checkpoint of step {resumed}");
        }

        Measure(output, resumed);
        var control = new TrainingControl();
        void Pause(object? sender, ConsoleCancelEventArgs key)
        {
            key.Cancel = true;
            control.Pause();
        }

        Console.CancelKeyPress += Pause;
        try
        {
            TrainingOutcome outcome;
            do
            {
                int next = ((trainer.Step / Math.Max(evaluateEvery, 1)) + 1) * evaluateEvery;
                outcome = trainer.Run(step => Print(output, step), control, pauseAfter: next > 0 && next < options.Steps ? next : null);
                Measure(output, trainer.Step);
            }
            while (outcome.Status is TrainingStatus.Paused && !control.PauseRequested);
            return outcome;
        }
        finally
        {
            Console.CancelKeyPress -= Pause;
        }
    }

    private void Measure(TextWriter output, int step)
    {
        if (heldOut.Count > 0 && losses is not null)
        {
            // One at a time: what a sample costs does not depend on what it is measured beside.
            var each = heldOut.ConvertAll(sample => HeldOutLoss.Measure(target, [sample], 1, CancellationToken.None));
            File.AppendAllText(losses, JsonSerializer.Serialize(new { step, losses = each.ConvertAll(one => one.Loss), tokens = each.ConvertAll(one => one.Tokens) }) + "\n");
        }

        if (heldOut.Count > 0)
        {
            var measured = HeldOutLoss.Measure(target, heldOut, MeasuredAtOnce, CancellationToken.None);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"held-out loss at step {step}: {measured.Loss:F4} over {measured.Tokens} tokens of {heldOut.Count} samples"));
        }
    }

    // The loss in full: equal curves of a resumed and an uninterrupted run can be seen, not only believed.
    private static void Print(TextWriter output, TrainingEvent step) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"step {step.Step}/{step.Steps} loss {step.Loss:R} rate {step.LearningRate:E2} norm {step.GradientNorm:F3} {step.TokensPerSecond:F0} tokens/s, {step.TimeLeft:hh\\:mm\\:ss} left {step.Note}").TrimEnd());
}
