using System.Globalization;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Training;

namespace Assay.Worker.Jobs;

/// <summary>One run's base, adapter and samples, from its settings.</summary>
internal sealed class FineTuning : IDisposable
{
    private const int EvaluationsPerRun = 10;

    private readonly TrainPayload _payload;
    private readonly BaseModel _base;
    private readonly LoraAdapter _adapter;
    private readonly SampleData _data;
    private readonly List<TrainingSample> _heldOut;
    private readonly TrainOptions _options;

    private FineTuning(TrainPayload payload, BaseModel model, LoraAdapter adapter)
    {
        (_payload, _base, _adapter) = (payload, model, adapter);
        var settings = payload.Settings;
        var template = model.Template ?? throw new InvalidModelConfigException("The base model has no chat template, so records cannot be rendered.");
        var encoder = new RecordEncoder(model.Tokenizer, template, model.TokenizerConfig, settings.CutOff, settings.LossOnPrompts);
        var samples = Encode(encoder, payload.Train).ToList();
        _heldOut = [.. Encode(encoder, payload.HoldOut)];
        _data = new SampleData(samples, settings.BatchSize, settings.GradientAccumulation, (ulong)settings.Seed);
        var steps = Math.Max(1, settings.MaxSteps ?? (int)Math.Ceiling(settings.Epochs * samples.Count / (settings.BatchSize * settings.GradientAccumulation)));
        _options = new TrainOptions
        {
            Steps = steps,
            Accumulation = settings.GradientAccumulation,
            LearningRate = settings.LearningRate!.Value,
            Schedule = new LearningRateSchedule(settings.Schedule switch
            {
                "linear" => ScheduleKind.Linear,
                "constant" => ScheduleKind.Constant,
                _ => ScheduleKind.Cosine,
            }, (int)(steps * settings.WarmUp)),
            ClipNorm = settings.MaxGradientNorm > 0 ? settings.MaxGradientNorm : null,
            WeightDecay = settings.WeightDecay,
            CheckpointEvery = settings.CheckpointEvery,
            CheckpointFolder = Path.Combine(payload.WorkFolder, "checkpoints"),
            Identity = new Dictionary<string, string>
            {
                ["base"] = model.ComputeContentHash(),
                ["adapter"] = string.Create(CultureInfo.InvariantCulture,
                    $"rank {settings.Rank}, alpha {settings.Alpha}, dropout {settings.Dropout}, targets {settings.TargetModules}, seed {settings.Seed}, from {payload.StartFromFolder ?? "nothing"}"),
            },
        };
    }

    /// <summary>Loads what a run needs.</summary>
    public static FineTuning Open(TrainPayload payload)
    {
        var model = BaseModel.Load(payload.BaseFolder);
        var settings = payload.Settings;
        IReadOnlyList<string> targets = settings.TargetModules == "all-linear" ? [] : settings.TargetModules.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var adapter = payload.StartFromFolder is { } from
            ? PeftAdapterFile.Load(from, model.Plan, (ulong)settings.Seed)
            : LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create(Path.GetFileName(payload.BaseFolder), settings.Rank, settings.Alpha, targets, settings.Dropout),
                (ulong)settings.Seed);
        return new FineTuning(payload, model, adapter);
    }

    /// <summary>Trains, measuring the held-out records before, along the way and after.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> ended a measurement.</exception>
    public TrainResult Run(TrainingControl control, CurveReporter curves, CancellationToken cancel)
    {
        curves.Report("preparing", _options.Steps, null);
        double? before = BaseLoss(cancel);
        var (target, whyReference) = AdapterTarget.Open(_base, _adapter, TrainingPath.Auto, format: null);
        using var owned = target;
        var startLoss = HeldOut(target, cancel);
        double? loss = null, tuned = startLoss;
        using var trainer = new Trainer(target, _data, _options, TimeProvider.System);
        var resumed = trainer.Resume();
        curves.Report("running", _options.Steps, new RunPoint(resumed, HoldOutLoss: resumed == 0 ? startLoss : null,
            Message: string.Join(' ', ((string?[])[$"Computes on the path '{target.Path}'.", whyReference, resumed == 0 ? null : $"Continued from the checkpoint of step {resumed}."]).OfType<string>())));
        var every = _payload.Settings.EvaluateEvery ?? Math.Max(1, _options.Steps / EvaluationsPerRun);
        TrainingOutcome outcome;
        do
        {
            var next = ((trainer.Step / every) + 1) * every;
            outcome = trainer.Run(step =>
            {
                loss = Finite(step.Loss) ?? loss;
                curves.Report("running", _options.Steps, new RunPoint(step.Step, Finite(step.Loss), step.LearningRate, Finite(step.GradientNorm), step.TokensPerSecond,
                    SecondsLeft: step.TimeLeft.TotalSeconds, MemoryBytes: Environment.WorkingSet, Message: step.Note));
            }, control, pauseAfter: next < _options.Steps ? next : null);
            if (_heldOut.Count > 0 && outcome.Status is TrainingStatus.Paused or TrainingStatus.Succeeded)
            {
                tuned = HeldOut(target, cancel);
                curves.Report("running", _options.Steps, new RunPoint(trainer.Step, HoldOutLoss: tuned));
            }
        }
        while (outcome.Status == TrainingStatus.Paused && !control.PauseRequested);
        return End(outcome, loss, before, tuned);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _base.Dispose();
    }

    private TrainResult End(TrainingOutcome outcome, double? loss, double? before, double? tuned)
    {
        if (outcome.Status != TrainingStatus.Succeeded)
        {
            return new TrainResult(outcome.Status == TrainingStatus.Cancelled ? "cancelled" : "failed", outcome.Reason, outcome.Step, loss, before, null, null);
        }

        PeftAdapterFile.Save(_payload.OutputFolder, _adapter);
        return new TrainResult("succeeded", null, outcome.Step, loss, before, tuned, TrainJob.AdapterHash(_payload.OutputFolder));
    }

    /// <summary>The base without any adapter; measured by itself, because a refined adapter does not start at the base.</summary>
    private double? BaseLoss(CancellationToken cancel)
    {
        if (_heldOut.Count == 0)
        {
            return null;
        }

        var (alone, _) = AdapterTarget.Open(_base, null, TrainingPath.Auto, format: null);
        using (alone)
        {
            return HeldOut(alone, cancel);
        }
    }

    private double? HeldOut(ITrainingTarget target, CancellationToken cancel) =>
        _heldOut.Count == 0 ? null : Finite(HeldOutLoss.Measure(target, _heldOut, _payload.Settings.BatchSize, cancel).Loss);

    /// <summary>JSON has no number for what is not finite; the step's note says it in words.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static IEnumerable<TrainingSample> Encode(RecordEncoder encoder, IEnumerable<TrainRecord> records) => records
        .Select(record => encoder.Encode([.. record.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content))]))
        .Select(encoded => new TrainingSample(encoded.Ids, [.. encoded.Labels.Select(label => label >= 0)]))
        .Where(sample => sample.Supervised.Skip(1).Contains(true)); // a record whose answer is cut off teaches nothing
}
