using System.CommandLine;
using System.Globalization;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Training;

namespace Assay.Worker.Verbs;

/// <summary><c>engine train</c>: fine-tunes a LoRA adapter on conversations and saves it as PEFT does.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Base model folder in Hugging Face layout." };
        var data = new Argument<string>("data") { Description = "JSONL file; a line is {\"messages\":[…]}, a question with its answer, or {\"text\":…}." };
        var output = new Argument<string>("output") { Description = "Folder for the adapter; checkpoints go below it." };
        var rank = new Option<int>("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 8 };
        var alpha = new Option<double>("--alpha") { Description = "Scale numerator; the update is alpha / rank times B A.", DefaultValueFactory = _ => 16 };
        var dropout = new Option<double>("--dropout") { Description = "Share of inputs dropped, 0 to below 1.", DefaultValueFactory = _ => 0 };
        var rate = new Option<double>("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 2e-3 };
        var epochs = new Option<double>("--epochs") { Description = "Passes over the data; ignored with --steps.", DefaultValueFactory = _ => 3 };
        var steps = new Option<int?>("--steps") { Description = "Optimiser steps." };
        var batch = new Option<int>("--batch") { Description = "Samples of a micro-batch.", DefaultValueFactory = _ => 8 };
        var accumulation = new Option<int>("--accumulation") { Description = "Micro-batches of a step.", DefaultValueFactory = _ => 1 };
        var heldOut = new Option<int>("--held-out") { Description = "One sample in so many is held out for measuring; 0 for none.", DefaultValueFactory = _ => 10 };
        var length = new Option<int>("--cut-off") { Description = "Most tokens of a sample; 0 for the model's context.", DefaultValueFactory = _ => 0 };
        var lossOnPrompts = new Option<bool>("--loss-on-prompts") { Description = "Learn every token of a conversation, not only the assistant's." };
        var seed = new Option<ulong>("--seed") { Description = "Seed of adapter and order.", DefaultValueFactory = _ => 1 };
        var command = new Command("train", "Fine-tunes a LoRA adapter; run again with the same settings to continue a stopped run.")
        {
            model, data, output, rank, alpha, dropout, rate, epochs, steps, batch, accumulation, heldOut, length, lossOnPrompts, seed,
        };
        command.SetAction(arguments =>
        {
            using var loaded = BaseModel.Load(arguments.GetRequiredValue(model));
            var samples = Encode(loaded, arguments.GetRequiredValue(data), arguments.GetValue(length), arguments.GetValue(lossOnPrompts));
            int every = arguments.GetValue(heldOut);
            var (training, measuring) = (samples.Where((_, index) => every == 0 || index % every != every - 1).ToList(), samples.Where((_, index) => every > 0 && index % every == every - 1).ToList());
            var set = new SampleData(training, arguments.GetValue(batch), arguments.GetValue(accumulation), arguments.GetValue(seed));
            int planned = arguments.GetValue(steps) ?? Math.Max(1, (int)Math.Ceiling(set.StepsPerEpoch * arguments.GetValue(epochs)));
            string folder = arguments.GetRequiredValue(output);
            var options = new TrainOptions
            {
                Steps = planned,
                Accumulation = arguments.GetValue(accumulation),
                LearningRate = arguments.GetValue(rate),
                Schedule = new LearningRateSchedule(ScheduleKind.Cosine, Math.Min(planned / 10, 20)),
                CheckpointEvery = 50,
                CheckpointFolder = Path.Combine(folder, "checkpoints"),
                Identity = new Dictionary<string, string> { ["base"] = loaded.ComputeContentHash() },
            };
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(loaded.Folder)));
            var config = PeftAdapterConfig.Create(name, arguments.GetValue(rank), arguments.GetValue(alpha), [], arguments.GetValue(dropout));
            using var adapter = LoraAdapter.Create(loaded.Plan, config, arguments.GetValue(seed));
            return Run(loaded, adapter, set, options, measuring, folder);
        });
        return command;
    }

    private static List<TrainingSample> Encode(BaseModel model, string path, int length, bool lossOnPrompts)
    {
        var encoder = new RecordEncoder(model.Tokenizer, model.Template, model.TokenizerConfig, length == 0 ? model.Plan.MaxPositions : length, lossOnPrompts);
        return [.. TrainingFile.Read(path)
            .Select(line => TrainingSample.Of(line.Text is { } text ? encoder.EncodeText(text) : encoder.EncodeConversation(line.Messages)))
            .Where(sample => sample.HasSupervised)];
    }

    private static int Run(BaseModel model, LoraAdapter adapter, SampleData data, TrainOptions options, List<TrainingSample> heldOut, string folder)
    {
        Directory.CreateDirectory(folder);
        using var target = new ReferenceTarget(model.Weights, adapter, fusedAttention: true);
        Measure("before");
        var control = new TrainingControl();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            control.Pause();
        };
        using var trainer = new Trainer(target, data, options, TimeProvider.System);
        trainer.Resume();
        var outcome = trainer.Run(Print, control);
        PeftAdapterFile.Save(folder, adapter);
        Measure("after");
        Console.Out.WriteLine($"{outcome.Status} at step {outcome.Step}; adapter in {folder}");
        if (outcome.Reason is { } reason)
        {
            Console.Error.WriteLine(reason);
        }

        return outcome.Status is TrainingStatus.Failed ? 1 : 0;

        void Measure(string when)
        {
            if (heldOut.Count > 0)
            {
                var measured = HeldOutLoss.Measure(target, heldOut, 8, CancellationToken.None);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"held-out loss {when} {measured.Loss:F4} over {measured.Tokens} tokens of {heldOut.Count} samples"));
            }
        }
    }

    private static void Print(TrainingEvent step) => Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"step {step.Step}/{step.Steps} loss {step.Loss:F4} rate {step.LearningRate:E2} norm {step.GradientNorm:F3} {step.TokensPerSecond:F0} tokens/s, {step.TimeLeft:hh\\:mm\\:ss} left {step.Note}").TrimEnd());
}
