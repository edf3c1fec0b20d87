using System.Globalization;
using TorchSharp;

namespace Assay.Models.Training;

/// <summary>The training loop: every run, of adapters and of whole models, goes through it.</summary>
/// <remarks>Synchronous; reports and reads its control once per step. Same data, options, instruction set, library and thread count give the same bytes.</remarks>
public sealed class Trainer : IDisposable
{
    private const int MostReturns = 2;

    private readonly ITrainingTarget target;
    private readonly ITrainingData data;
    private readonly TrainOptions options;
    private readonly Pace pace;
    private readonly AdamW optimiser;
    private TrainingState saved;
    private double rateScale = 1;
    private int returns;

    /// <param name="target">What is trained.</param>
    /// <param name="data">What it is trained on.</param>
    /// <param name="options">How.</param>
    /// <param name="clock">For tokens per second and time left only; never for decisions that change numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Trainer(ITrainingTarget target, ITrainingData data, TrainOptions options, TimeProvider clock)
    {
        options.Check();
        (this.target, this.data, this.options) = (target, data, options);
        Steps = options.Steps;
        pace = new Pace(clock);
        optimiser = new AdamW(target.Parameters, options);
        saved = TrainingState.Capture(optimiser, 0, rateScale, returns);
    }

    /// <summary>Last step whose update is in the weights.</summary>
    public int Step { get; private set; }

    /// <summary>Planned steps; may be changed between calls of <see cref="Run"/> to extend or shorten the run.</summary>
    public int Steps { get; set; }

    /// <summary>Continues from the newest checkpoint of <see cref="TrainOptions.CheckpointFolder"/>, if it holds one.</summary>
    /// <returns>The step continued from, 0 when there was no checkpoint.</returns>
    /// <exception cref="InvalidCheckpointException">The checkpoint is of another run, or damaged.</exception>
    public int Resume()
    {
        if (options.CheckpointFolder is { } folder && TrainingCheckpoint.LoadNewest(folder, Identity()) is { } state)
        {
            Return(state);
            (rateScale, returns) = (state.RateScale, state.Returns);
        }

        return Step;
    }

    /// <summary>Trains until all planned steps are done, or until <paramref name="control"/> or bad numbers stop it.</summary>
    /// <param name="report">Receives one event per step, on this thread.</param>
    /// <param name="control">Pause and cancel requests.</param>
    /// <param name="pauseAfter">Step after which to return as paused, with a checkpoint; null for none.</param>
    public TrainingOutcome Run(Action<TrainingEvent> report, TrainingControl control, int? pauseAfter = null)
    {
        while (Step < Steps)
        {
            if (control.CancelRequested)
            {
                return new TrainingOutcome(TrainingStatus.Cancelled, Step);
            }

            if (control.PauseRequested || Step >= pauseAfter)
            {
                Checkpoint();
                return new TrainingOutcome(TrainingStatus.Paused, Step);
            }

            if (TakeStep(report, control) is { } end)
            {
                return end;
            }
        }

        Checkpoint();
        return new TrainingOutcome(TrainingStatus.Succeeded, Step);
    }

    public void Dispose() => optimiser.Dispose();

    private TrainingOutcome? TakeStep(Action<TrainingEvent> report, TrainingControl control)
    {
        int step = Step + 1;
        double rate = options.LearningRate * rateScale * options.Schedule.Factor(step, Steps);
        var batches = Enumerable.Range(0, options.Accumulation).Select(micro => data.Batch(step, micro)).ToList();
        double loss = target.Accumulate(new TrainingStep(step, batches, options.Normalisation, options.Noise), () => control.CancelRequested);
        if (control.CancelRequested)
        {
            target.ClearGradients();
            return new TrainingOutcome(TrainingStatus.Cancelled, Step);
        }

        double norm = optimiser.GradientNorm();
        string? note = null;
        if (double.IsFinite(loss) && double.IsFinite(norm))
        {
            double factor = options.ClipNorm is { } limit ? Math.Min(1, limit / (norm + 1e-6)) : 1;
            optimiser.Step(step, rate, factor);
            target.ParametersChanged();
            Step = step;
            if (options.CheckpointEvery > 0 && step % options.CheckpointEvery == 0 && step < Steps)
            {
                Checkpoint();
            }
        }
        else if (returns == MostReturns)
        {
            Return(saved);
            return new TrainingOutcome(TrainingStatus.Failed, Step, string.Create(CultureInfo.InvariantCulture,
                $"At step {step} the loss was {loss} and the gradient norm {norm}, also after the learning rate was halved {MostReturns} times. Choose a lower learning rate, or look at the samples of that step."));
        }
        else
        {
            Return(saved);
            (rateScale, returns) = (rateScale / 2, returns + 1);
            note = string.Create(CultureInfo.InvariantCulture, $"Step {step} gave loss {loss} and gradient norm {norm}: back to step {Step}, learning rate halved.");
        }

        target.ClearGradients();
        var (speed, left) = pace.Count(batches.Sum(batch => batch.Tokens), Steps - Step);
        report(new TrainingEvent(step, Steps, loss, rate, norm, speed, left, note));
        return null;
    }

    private void Checkpoint()
    {
        if (saved.Step != Step)
        {
            saved = TrainingState.Capture(optimiser, Step, rateScale, returns);
        }

        if (options.CheckpointFolder is { } folder)
        {
            TrainingCheckpoint.Save(folder, saved, Identity());
        }
    }

    private void Return(TrainingState state)
    {
        target.ClearGradients();
        state.Restore(optimiser);
        target.ParametersChanged();
        saved = state;
        Step = state.Step;
    }

    private Dictionary<string, string> Identity() => new(options.Identity)
    {
        ["data"] = data.ContentHash,
        ["engine"] = $"{target.Path}, TorchSharp {typeof(torch).Assembly.GetName().Version}",
        ["options"] = string.Create(CultureInfo.InvariantCulture,
            $"accumulation {options.Accumulation}, rate {options.LearningRate}, schedule {options.Schedule.Kind} {options.Schedule.WarmupSteps}, clip {options.ClipNorm}, decay {options.WeightDecay}, betas {options.Beta1} {options.Beta2}, epsilon {options.Epsilon}, {options.Normalisation}, noise {options.Noise?.Alpha} {options.Noise?.Seed}, B {options.LoraPlusRatio}"),
    };
}
