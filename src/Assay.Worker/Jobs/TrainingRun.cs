using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Models.Training;

namespace Assay.Worker.Jobs;

/// <summary>Trains one run from where it stands to its end, or until something else is wished of it, and measures the held-out records on the way.</summary>
internal sealed class TrainingRun
{
    private readonly FineTuning _tuning;
    private readonly RunSettings _settings;
    private readonly CurveReporter _curves;
    private readonly CancellationToken _cancel;
    private readonly KeptAdapters _kept;
    private readonly EvaluationSamples _samples;
    private EvaluationHistory _history;
    private double? _loss, _tuned;

    /// <param name="tuning">Base, adapter and samples.</param>
    /// <param name="curves">Where points and evaluations go.</param>
    /// <param name="cancel">Ends a measurement.</param>
    public TrainingRun(FineTuning tuning, CurveReporter curves, CancellationToken cancel)
    {
        (_tuning, _curves, _cancel) = (tuning, curves, cancel);
        _settings = tuning.Payload.Settings;
        _kept = new KeptAdapters(tuning.Payload.CheckpointsFolder);
        _samples = new EvaluationSamples(tuning.Base, tuning.Payload.HoldOut.Count > 0 ? tuning.Payload.HoldOut : tuning.Payload.Train, _settings.Samples);
        _history = EvaluationHistory.Open(tuning.Payload.WorkFolder, 0);
    }

    /// <summary>Trains.</summary>
    /// <param name="control">Pause and cancel requests.</param>
    /// <param name="wish">What is wished of a paused run: pause or stop; null for nothing.</param>
    /// <exception cref="OperationCanceledException">A measurement was ended.</exception>
    public TrainResult Run(TrainingControl control, Func<string?> wish)
    {
        _curves.Report("preparing", _tuning.Options.Steps, null);
        var before = BaseLoss();
        var (target, whyReference) = _tuning.OpenTarget(_tuning.Adapter);
        using var owned = target;
        using var trainer = new Trainer(target, _tuning.Data, _tuning.Options, TimeProvider.System);
        var resumed = trainer.Resume();
        _history = EvaluationHistory.Open(_tuning.Payload.WorkFolder, resumed);
        _kept.ForgetAfter(resumed);
        _curves.Report("running", _tuning.Options.Steps, new RunPoint(resumed, Message: string.Join(' ', ((string?[])
            [$"Computes on the path '{target.Path}'.", whyReference, resumed == 0 ? null : $"Continued from the checkpoint of step {resumed}."]).OfType<string>())));
        if (resumed % _tuning.EvaluateEvery == 0)
        {
            Evaluate(target, resumed); // the start, or once more what a crash may have cut off
        }

        var early = EarlyEnd(resumed);
        var outcome = new TrainingOutcome(TrainingStatus.Paused, resumed);
        while (outcome.Status == TrainingStatus.Paused && early is null)
        {
            var next = ((trainer.Step / _tuning.EvaluateEvery) + 1) * _tuning.EvaluateEvery;
            outcome = trainer.Run(Report, control, pauseAfter: next < _tuning.Options.Steps ? next : null);
            if (outcome.Status == TrainingStatus.Succeeded || (outcome.Status == TrainingStatus.Paused && outcome.Step == next))
            {
                Evaluate(target, trainer.Step);
                early = EarlyEnd(trainer.Step);
            }

            if (control.PauseRequested)
            {
                break;
            }
        }

        if (outcome.Status == TrainingStatus.Paused && early is null && wish() == "stop" && !_history.Has(trainer.Step))
        {
            Evaluate(target, trainer.Step);
        }

        return End(outcome, early, (before, wish()));
    }

    private void Report(TrainingEvent step)
    {
        _loss = Finite(step.Loss) ?? _loss;
        if (step.Step % _settings.LogEvery == 0 || step.Step == step.Steps || step.Note is not null)
        {
            _curves.Report("running", _tuning.Options.Steps, new RunPoint(step.Step, Finite(step.Loss), step.LearningRate, Finite(step.GradientNorm), step.TokensPerSecond,
                SecondsLeft: step.TimeLeft.TotalSeconds, MemoryBytes: Environment.WorkingSet, Message: step.Note));
        }
    }

    private void Evaluate(ITrainingTarget target, int step)
    {
        var measured = _tuning.HeldOut.Count == 0 ? null : HeldOutLoss.Measure(target, _tuning.HeldOut.ConvertAll(item => item.Sample), _settings.BatchSize, _cancel);
        var loss = measured is null ? null : Finite(measured.Loss);
        _tuned = loss ?? _tuned;
        if (step > 0)
        {
            _kept.Save(step, _tuning.Adapter);
            if (loss is { } finite)
            {
                _history.Add(step, finite);
            }

            _kept.Prune(Math.Max(1, _settings.KeepCheckpoints), _settings.KeepBest ? _history.Best?.Step : null); // the newest may be the result
        }

        _curves.Report("running", _tuning.Options.Steps, new RunPoint(step, HoldOutLoss: loss), Evaluation(step, loss, measured?.Each ?? []));
    }

    private TrainEvaluation Evaluation(int step, double? loss, IReadOnlyList<double> each)
    {
        var ordered = each.Zip(_tuning.HeldOut, (value, item) => new RecordLoss(item.Record, value)).Where(item => double.IsFinite(item.Loss)).OrderBy(item => item.Loss).ToList();
        var shown = Math.Min(_settings.Samples, ordered.Count / 2);
        return new TrainEvaluation(step, loss, ordered[..shown], [.. ordered.TakeLast(shown).Reverse()], _samples.Answer(_tuning.Adapter, _cancel), step > 0);
    }

    /// <summary>Why the run ends before its last step; null when it does not.</summary>
    private string? EarlyEnd(int step) => _settings.EarlyStop > 0 && _history.SinceBest >= _settings.EarlyStop && step < _tuning.Options.Steps
        ? $"Ended at step {step}: the hold-out loss had not fallen for {_history.SinceBest} evaluations. The lowest was at step {_history.Best!.Step}."
        : null;

    private TrainResult End(TrainingOutcome outcome, string? early, (double? BaseLoss, string? Wish) around)
    {
        var word = (outcome.Status, early, around.Wish) switch
        {
            (TrainingStatus.Succeeded, _, _) or (TrainingStatus.Paused, not null, _) => "succeeded",
            (TrainingStatus.Paused, _, "stop") => outcome.Step > 0 ? "stopped" : "cancelled",
            (TrainingStatus.Paused, _, _) => "paused",
            (TrainingStatus.Cancelled, _, _) => "cancelled",
            _ => "failed",
        };
        if (word is not ("succeeded" or "stopped"))
        {
            return new TrainResult(word, outcome.Reason, outcome.Step, _loss, around.BaseLoss, null, null);
        }

        var best = _settings.KeepBest ? _history.Best : null;
        var folder = _tuning.Payload.OutputFolder;
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(_kept.PathOf(best?.Step ?? outcome.Step)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        _kept.Prune(_settings.KeepCheckpoints, null);
        var note = best is not null && best.Step != outcome.Step && early is null ? $"The result is the adapter of step {best.Step}, which had the lowest hold-out loss." : early;
        return new TrainResult(word, null, outcome.Step, _loss, around.BaseLoss, best?.Loss ?? _tuned, TrainJob.AdapterHash(folder), note);
    }

    /// <summary>The base without any adapter; measured by itself, because a refined adapter does not start at the base.</summary>
    private double? BaseLoss()
    {
        if (_tuning.HeldOut.Count == 0)
        {
            return null;
        }

        var (alone, _) = _tuning.OpenTarget(null);
        using (alone)
        {
            return Finite(HeldOutLoss.Measure(alone, _tuning.HeldOut.ConvertAll(item => item.Sample), _settings.BatchSize, _cancel).Loss);
        }
    }

    /// <summary>JSON has no number for what is not finite; the step's note says it in words.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
