using System.CommandLine;
using Assay.Data.Formats;
using Assay.Models;
using Assay.Models.Engine;
using Assay.Models.Engine.Native;
using Assay.Models.Training;
using TorchSharp;

namespace Assay.Worker.Verbs;

/// <summary>Arguments and options of <c>engine train</c>, and what they mean.</summary>
internal static class TrainArguments
{
    public static readonly Argument<string> Model = new("model") { Description = "Base model folder in Hugging Face layout." };
    public static readonly Argument<string> Data = new("data") { Description = "JSONL file; a line is {\"messages\":[…]}, a question with its answer, or {\"text\":…}." };
    public static readonly Argument<string> Output = new("output") { Description = "Folder for the adapter; checkpoints go below it." };
    public static readonly Option<bool> Full = new("--full") { Description = "Train every weight instead of an adapter; writes a model to OUTPUT/model. For small models." };
    public static readonly Option<string?> Continue = new("--adapter") { Description = "Adapter folder to start from instead of a new one." };
    public static readonly Option<int> HeldOut = new("--held-out") { Description = "One sample in so many is held out for measuring; 0 for none.", DefaultValueFactory = _ => 10 };
    public static readonly Option<string?> HeldOutFile = new("--held-out-file") { Description = "JSONL file of samples to measure, instead of holding out some of the data." };
    public static readonly Option<string?> Losses = new("--losses") { Description = "File for the loss of each measured sample: a JSON line per measurement." };
    public static readonly Option<int> EvaluateEvery = new("--evaluate-every") { Description = "Steps between measurements of the held-out samples; 0 for before and after only.", DefaultValueFactory = _ => 0 };
    public static readonly Option<int> Length = new("--cut-off") { Description = "Most tokens of a sample; 0 for the model's context.", DefaultValueFactory = _ => 0 };
    public static readonly Option<bool> LossOnPrompts = new("--loss-on-prompts") { Description = "Learn every token of a conversation, not only the assistant's." };
    public static readonly Option<int> Batch = new("--batch") { Description = "Samples of a micro-batch.", DefaultValueFactory = _ => 8 };
    public static readonly Option<int> Accumulation = new("--accumulation") { Description = "Micro-batches of a step.", DefaultValueFactory = _ => 1 };
    public static readonly Option<TrainingPath> Computing = new("--path") { Description = "Computing path.", DefaultValueFactory = _ => TrainingPath.Auto };
    public static readonly Option<int> Bin = new("--bin") { Description = "Tokens that the packed path computes at once.", DefaultValueFactory = _ => StepPacking.UsualBinTokens };
    public static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of adapter, order, dropout and noise.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> Rank = new("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 8 };
    private static readonly Option<double> Alpha = new("--alpha") { Description = "Scale numerator; the update is alpha / rank times B A.", DefaultValueFactory = _ => 16 };
    private static readonly Option<double> Dropout = new("--dropout") { Description = "Share of inputs dropped, 0 to below 1.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string[]> Targets = new("--target") { Description = "Linear layers to adapt, by the end of their name; may be given several times. Default: all in the blocks." };
    private static readonly Option<string[]> Saved = new("--save-module") { Description = "Module trained and stored whole, such as lm_head; may be given several times." };
    private static readonly Option<bool> RankStabilised = new("--rslora") { Description = "Scale by alpha / sqrt(rank)." };
    private static readonly Option<bool> Dora = new("--dora") { Description = "Learn a magnitude for each output row (DoRA)." };
    private static readonly Option<PeftBias> Bias = new("--bias") { Description = "Biases that are trained too." };
    private static readonly Option<double> Rate = new("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 2e-3 };
    private static readonly Option<ScheduleKind> Schedule = new("--schedule") { Description = "Course of the rate after the warm-up.", DefaultValueFactory = _ => ScheduleKind.Cosine };
    private static readonly Option<double> Decay = new("--weight-decay") { Description = "Decoupled weight decay.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> Noise = new("--neftune") { Description = "Alpha of the noise on embeddings; 0 for none.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> Epochs = new("--epochs") { Description = "Passes over the data; ignored with --steps.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int?> Steps = new("--steps") { Description = "Optimiser steps." };
    private static readonly Option<int> CheckpointEvery = new("--checkpoint-every") { Description = "Steps between checkpoints.", DefaultValueFactory = _ => 50 };
    private static readonly Option<string> Dtype = new Option<string>("--dtype") { Description = "Type of the products on the packed path; auto takes the faster.", DefaultValueFactory = _ => "auto" }.AcceptOnlyFromAmong("auto", "bf16", "fp32");
    private static readonly Option<string> Quantization = new Option<string>("--quantization") { Description = "How the frozen base is kept; nf4 is QLoRA, int8 multiplies in 8 bits.", DefaultValueFactory = _ => "none" }.AcceptOnlyFromAmong("none", "nf4", "int8");
    private static readonly Option<string> Device = new("--device") { Description = "cpu, or cuda with a CUDA build of libtorch (not tested by us); other devices take the reference path.", DefaultValueFactory = _ => "cpu" };

    /// <summary>The command without its action.</summary>
    public static Command Command() => new("train", "Fine-tunes a LoRA adapter on conversations or running text; run again with the same settings to continue a stopped run.")
    {
        Model, Data, Output, Full, Continue, Rank, Alpha, Dropout, Targets, Saved, RankStabilised, Dora, Bias, Rate, Schedule, Decay, Noise, Epochs, Steps, Batch, Accumulation,
        CheckpointEvery, HeldOut, HeldOutFile, Losses, EvaluateEvery, Length, LossOnPrompts, Computing, Dtype, Quantization, Bin, Device, Seed,
    };

    /// <summary>Device to compute on, null for the CPU.</summary>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static torch.Device? DeviceOf(ParseResult arguments) => TensorDevice.Find(arguments.GetValue(Device)!);

    /// <summary>How the packed path keeps the base; null for the faster of fp32 and bf16.</summary>
    public static FrozenFormat? FormatOf(ParseResult arguments) => (arguments.GetValue(Quantization), arguments.GetValue(Dtype)) switch
    {
        ("nf4", "fp32") => FrozenFormat.Nf4Fp32,
        ("nf4", "bf16") => FrozenFormat.Nf4,
        ("nf4", _) => ProductTiming.Faster is FrozenFormat.Bf16 ? FrozenFormat.Nf4 : FrozenFormat.Nf4Fp32,
        ("int8", "fp32") => throw new ArgumentException("--dtype fp32 and --quantization int8 exclude each other: 8-bit products round their inputs."),
        ("int8", _) => FrozenFormat.Int8,
        (_, "bf16") => FrozenFormat.Bf16,
        (_, "fp32") => FrozenFormat.Fp32,
        _ => null,
    };

    /// <summary>What the new adapter is like.</summary>
    public static LoraOptions LoraOf(ParseResult arguments) => new()
    {
        Rank = arguments.GetValue(Rank),
        Alpha = arguments.GetValue(Alpha),
        Dropout = arguments.GetValue(Dropout),
        TargetModules = arguments.GetValue(Targets) ?? [],
        ModulesToSave = arguments.GetValue(Saved) ?? [],
        RankStabilised = arguments.GetValue(RankStabilised),
        Dora = arguments.GetValue(Dora),
        Bias = arguments.GetValue(Bias),
    };

    /// <summary>Settings of the run.</summary>
    /// <param name="arguments">As given.</param>
    /// <param name="model">The base.</param>
    /// <param name="stepsPerEpoch">Steps of one pass over the data.</param>
    /// <param name="trained">What is trained, in words that differ when it differs.</param>
    public static TrainOptions OptionsOf(ParseResult arguments, BaseModel model, int stepsPerEpoch, string trained)
    {
        int steps = arguments.GetValue(Steps) ?? Math.Max(1, (int)Math.Ceiling(stepsPerEpoch * arguments.GetValue(Epochs)));
        return new TrainOptions
        {
            Steps = steps,
            Accumulation = arguments.GetValue(Accumulation),
            LearningRate = arguments.GetValue(Rate),
            Schedule = new LearningRateSchedule(arguments.GetValue(Schedule), Math.Min(steps / 10, 20)),
            WeightDecay = arguments.GetValue(Decay),
            Noise = arguments.GetValue(Noise) is > 0 and var alpha ? new EmbeddingNoise(alpha, arguments.GetValue(Seed)) : null,
            CheckpointEvery = arguments.GetValue(CheckpointEvery),
            CheckpointFolder = Path.Combine(arguments.GetRequiredValue(Output), "checkpoints"),
            Identity = new Dictionary<string, string> { ["base"] = model.ComputeContentHash(), ["trained"] = trained },
        };
    }
}
