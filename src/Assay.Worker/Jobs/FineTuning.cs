using System.Globalization;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Training;

namespace Assay.Worker.Jobs;

/// <summary>One run's base, adapter, samples and options, from its settings.</summary>
internal sealed class FineTuning : IDisposable
{
    private const int EvaluationsPerRun = 10;

    private FineTuning(TrainPayload payload, BaseModel model, LoraAdapter adapter)
    {
        (Payload, Base, Adapter) = (payload, model, adapter);
        var settings = payload.Settings;
        var encoder = new RecordEncoder(model.Tokenizer, model.Template, model.TokenizerConfig, new RecordEncoding(settings.CutOff)
        {
            LossOnPrompts = settings.LossOnPrompts,
            LossOnEarlierTurns = settings.LossOnEarlierTurns,
            AsText = settings.Objective == "text",
        });
        var samples = Encode(encoder, payload.Train).ConvertAll(item => item.Sample);
        HeldOut = Encode(encoder, payload.HoldOut);
        Data = new SampleData(samples, settings.BatchSize, settings.GradientAccumulation, (ulong)settings.Seed, settings.Shuffle);
        Options = OptionsOf(payload, model, samples.Count);
    }

    /// <summary>What the server asked for.</summary>
    public TrainPayload Payload { get; }

    /// <summary>The base.</summary>
    public BaseModel Base { get; }

    /// <summary>What is trained.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>What it is trained on.</summary>
    public SampleData Data { get; }

    /// <summary>Held-out records that have something to predict.</summary>
    public List<(long Record, TrainingSample Sample)> HeldOut { get; }

    /// <summary>How it is trained.</summary>
    public TrainOptions Options { get; }

    /// <summary>Steps between evaluations.</summary>
    public int EvaluateEvery => Payload.Settings.EvaluateEvery ?? Math.Max(1, Options.Steps / EvaluationsPerRun);

    /// <summary>Loads what a run needs.</summary>
    public static FineTuning Open(TrainPayload payload)
    {
        var model = BaseModel.Load(payload.BaseFolder);
        try
        {
            var settings = payload.Settings;
            var adapter = payload.StartFromFolder is { } from
                ? PeftAdapterFile.Load(from, model.Plan, (ulong)settings.Seed)
                : LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create(Path.GetFileName(payload.BaseFolder), LoraOf(settings)), (ulong)settings.Seed, weight => model.Weights.Parameters[weight]);
            return new FineTuning(payload, model, adapter);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The target on the path that suits it, and why it is the reference path; null when it is not.</summary>
    /// <param name="adapter">What is trained; null opens the base alone, to be measured.</param>
    public (ITrainingTarget Target, string? WhyReference) OpenTarget(LoraAdapter? adapter) => AdapterTarget.Open(Base, adapter, TrainingPath.Auto, FormatOf(Payload.Settings));

    public void Dispose()
    {
        Adapter.Dispose();
        Base.Dispose();
    }

    private static TrainOptions OptionsOf(TrainPayload payload, BaseModel model, int samples)
    {
        var settings = payload.Settings;
        var steps = Math.Max(1, settings.MaxSteps ?? (int)Math.Ceiling(settings.Epochs * samples / (settings.BatchSize * settings.GradientAccumulation)));
        return new TrainOptions
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
            Beta1 = settings.Beta1,
            Beta2 = settings.Beta2,
            Epsilon = settings.Epsilon,
            LoraPlusRatio = settings.LoraPlusRatio,
            Noise = settings.NeftuneAlpha > 0 ? new EmbeddingNoise(settings.NeftuneAlpha, (ulong)settings.Seed) : null,
            CheckpointEvery = settings.CheckpointEvery,
            CheckpointFolder = Path.Combine(payload.WorkFolder, "checkpoints"),
            Identity = new Dictionary<string, string>
            {
                ["base"] = model.ComputeContentHash(),
                ["adapter"] = string.Create(CultureInfo.InvariantCulture,
                    $"{settings.Method}, rank {settings.Rank}, alpha {settings.Alpha}, dropout {settings.Dropout}, targets {settings.TargetModules}, whole {settings.ModulesToSave}, rslora {settings.Rslora}, seed {settings.Seed}, from {payload.StartFromFolder ?? "nothing"}"),
            },
        };
    }

    private static LoraOptions LoraOf(RunSettings settings) => new()
    {
        Rank = settings.Rank,
        Alpha = settings.Alpha,
        Dropout = settings.Dropout,
        TargetModules = settings.TargetModules.Trim() == "all-linear" ? [] : Names(settings.TargetModules),
        ModulesToSave = Names(settings.ModulesToSave),
        RankStabilised = settings.Rslora,
        Dora = settings.Method == "dora",
    };

    /// <summary>How the packed path keeps the base; null for the faster of fp32 and bf16 on this machine.</summary>
    private static FrozenFormat? FormatOf(RunSettings settings) => (settings.Method, settings.ComputeType) switch
    {
        ("qlora", "fp32") => FrozenFormat.Nf4Fp32,
        ("qlora", "bf16") => FrozenFormat.Nf4,
        ("qlora", _) => ProductTiming.Faster is FrozenFormat.Bf16 ? FrozenFormat.Nf4 : FrozenFormat.Nf4Fp32,
        (_, "int8") => FrozenFormat.Int8,
        (_, "bf16") => FrozenFormat.Bf16,
        (_, "fp32") => FrozenFormat.Fp32,
        _ => null,
    };

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static List<(long Record, TrainingSample Sample)> Encode(RecordEncoder encoder, IEnumerable<TrainRecord> records) =>
        [.. records.Select(record => (record.Id, TrainingSample.Of(encoder.Encode([.. record.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content))]))))
            .Where(item => item.Item2.HasSupervised)]; // a record whose answer is cut off teaches nothing
}
