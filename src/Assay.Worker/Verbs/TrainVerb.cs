using System.CommandLine;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Native;
using Assay.Models.Training;

namespace Assay.Worker.Verbs;

/// <summary><c>engine train</c>: fine-tunes a LoRA adapter on conversations or text and saves it as PEFT does.</summary>
internal static class TrainVerb
{
    private static readonly Argument<string> Model = new("model") { Description = "Base model folder in Hugging Face layout." };
    private static readonly Argument<string> Data = new("data") { Description = "JSONL file; a line is {\"messages\":[…]}, a question with its answer, or {\"text\":…}." };
    private static readonly Argument<string> Output = new("output") { Description = "Folder for the adapter; checkpoints go below it." };
    private static readonly Option<int> Rank = new("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 8 };
    private static readonly Option<double> Alpha = new("--alpha") { Description = "Scale numerator; the update is alpha / rank times B A.", DefaultValueFactory = _ => 16 };
    private static readonly Option<double> Dropout = new("--dropout") { Description = "Share of inputs dropped, 0 to below 1.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string[]> Targets = new("--target") { Description = "Linear layers to adapt, by the end of their name; may be given several times. Default: all in the blocks." };
    private static readonly Option<double> Rate = new("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 2e-3 };
    private static readonly Option<ScheduleKind> Schedule = new("--schedule") { Description = "Course of the rate after the warm-up.", DefaultValueFactory = _ => ScheduleKind.Cosine };
    private static readonly Option<double> Decay = new("--weight-decay") { Description = "Decoupled weight decay.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> Noise = new("--neftune") { Description = "Alpha of the noise on embeddings; 0 for none.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> Epochs = new("--epochs") { Description = "Passes over the data; ignored with --steps.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int?> Steps = new("--steps") { Description = "Optimiser steps." };
    private static readonly Option<int> Batch = new("--batch") { Description = "Samples of a micro-batch.", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> Accumulation = new("--accumulation") { Description = "Micro-batches of a step.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> CheckpointEvery = new("--checkpoint-every") { Description = "Steps between checkpoints.", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> HeldOut = new("--held-out") { Description = "One sample in so many is held out for measuring; 0 for none.", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> EvaluateEvery = new("--evaluate-every") { Description = "Steps between measurements of the held-out samples; 0 for before and after only.", DefaultValueFactory = _ => 0 };
    private static readonly Option<int> Length = new("--cut-off") { Description = "Most tokens of a sample; 0 for the model's context.", DefaultValueFactory = _ => 0 };
    private static readonly Option<bool> LossOnPrompts = new("--loss-on-prompts") { Description = "Learn every token of a conversation, not only the assistant's." };
    private static readonly Option<TrainingPath> Computing = new("--path") { Description = "Computing path.", DefaultValueFactory = _ => TrainingPath.Auto };
    private static readonly Option<string> Dtype = new Option<string>("--dtype") { Description = "Type of the products on the packed path; auto takes the faster.", DefaultValueFactory = _ => "auto" }.AcceptOnlyFromAmong("auto", "bf16", "fp32");
    private static readonly Option<string> Quantization = new Option<string>("--quantization") { Description = "How the frozen base is kept; nf4 is QLoRA, int8 multiplies in 8 bits.", DefaultValueFactory = _ => "none" }.AcceptOnlyFromAmong("none", "nf4", "int8");
    private static readonly Option<int> Bin = new("--bin") { Description = "Tokens that the packed path computes at once.", DefaultValueFactory = _ => StepPacking.UsualBinTokens };
    private static readonly Option<string> Device = new("--device") { Description = "cpu, or cuda with a CUDA build of libtorch (not tested by us); other devices take the reference path.", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of adapter and order.", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var command = new Command("train", "Fine-tunes a LoRA adapter on conversations or running text; run again with the same settings to continue a stopped run.")
        {
            Model, Data, Output, Rank, Alpha, Dropout, Targets, Rate, Schedule, Decay, Noise, Epochs, Steps, Batch, Accumulation, CheckpointEvery, HeldOut, EvaluateEvery,
            Length, LossOnPrompts, Computing, Dtype, Quantization, Bin, Device, Seed,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        using var model = BaseModel.Load(arguments.GetRequiredValue(Model));
        var samples = Encode(model, arguments);
        int every = arguments.GetValue(HeldOut);
        bool IsHeldOut(int index) => every > 0 && index % every == every - 1;
        var training = samples.Where((_, index) => !IsHeldOut(index)).ToList();
        var data = new SampleData(training, arguments.GetValue(Batch), arguments.GetValue(Accumulation), arguments.GetValue(Seed));
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Folder)));
        var config = PeftAdapterConfig.Create(name, arguments.GetValue(Rank), arguments.GetValue(Alpha), arguments.GetValue(Targets) ?? [], arguments.GetValue(Dropout));
        using var adapter = LoraAdapter.Create(model.Plan, config, arguments.GetValue(Seed));
        var (target, whyReference) = AdapterTarget.Open(model, adapter, arguments.GetValue(Computing), Format(arguments), arguments.GetValue(Bin), TensorDevice.Find(arguments.GetValue(Device)!));
        using var owned = target;
        if (whyReference is not null)
        {
            Console.Out.WriteLine(whyReference);
        }

        var session = new TrainSession(target, data, Options(model, data, arguments), [.. samples.Where((_, index) => IsHeldOut(index))], arguments.GetValue(EvaluateEvery));
        var outcome = session.Run(Console.Out);
        string folder = arguments.GetRequiredValue(Output);
        PeftAdapterFile.Save(folder, adapter);
        Console.Out.WriteLine($"{outcome.Status} at step {outcome.Step}; adapter in {folder}");
        if (outcome.Reason is { } reason)
        {
            Console.Error.WriteLine(reason);
        }

        return outcome.Status is TrainingStatus.Failed ? 1 : 0;
    }

    private static FrozenFormat? Format(ParseResult arguments) => (arguments.GetValue(Quantization), arguments.GetValue(Dtype)) switch
    {
        ("nf4", "fp32") => FrozenFormat.Nf4Fp32,
        ("nf4", "bf16") => FrozenFormat.Nf4,
        ("nf4", _) => ProductTiming.Faster is FrozenFormat.Bf16 ? FrozenFormat.Nf4 : FrozenFormat.Nf4Fp32,
        ("int8", _) => FrozenFormat.Int8,
        (_, "bf16") => FrozenFormat.Bf16,
        (_, "fp32") => FrozenFormat.Fp32,
        _ => null,
    };

    private static List<TrainingSample> Encode(BaseModel model, ParseResult arguments)
    {
        int length = arguments.GetValue(Length);
        var encoder = new RecordEncoder(model.Tokenizer, model.Template, model.TokenizerConfig, length == 0 ? model.Plan.MaxPositions : length, arguments.GetValue(LossOnPrompts));
        return [.. TrainingFile.Read(arguments.GetRequiredValue(Data))
            .Select(line => TrainingSample.Of(line.Text is { } text ? encoder.EncodeText(text) : encoder.EncodeConversation(line.Messages)))
            .Where(sample => sample.HasSupervised)];
    }

    private static TrainOptions Options(BaseModel model, SampleData data, ParseResult arguments)
    {
        int steps = arguments.GetValue(Steps) ?? Math.Max(1, (int)Math.Ceiling(data.StepsPerEpoch * arguments.GetValue(Epochs)));
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
            Identity = new Dictionary<string, string>
            {
                ["base"] = model.ComputeContentHash(),
                ["adapter"] = FormattableString.Invariant($"rank {arguments.GetValue(Rank)}, alpha {arguments.GetValue(Alpha)}, dropout {arguments.GetValue(Dropout)}, targets {string.Join(' ', arguments.GetValue(Targets) ?? [])}, seed {arguments.GetValue(Seed)}"),
            },
        };
    }
}
