using System.CommandLine;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Export;
using Assay.Models.Training;

namespace Assay.Worker.Verbs;

/// <summary><c>engine train</c>: fine-tunes a LoRA adapter, or a whole small model, on conversations or text.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var command = TrainArguments.Command();
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        using var model = BaseModel.Load(arguments.GetRequiredValue(TrainArguments.Model));
        var samples = Encode(model, arguments, arguments.GetRequiredValue(TrainArguments.Data));
        string? file = arguments.GetValue(TrainArguments.HeldOutFile);
        int every = file is null ? arguments.GetValue(TrainArguments.HeldOut) : 0;
        bool IsHeldOut(int index) => every > 0 && index % every == every - 1;
        var data = new SampleData(
            samples.Where((_, index) => !IsHeldOut(index)).ToList(),
            arguments.GetValue(TrainArguments.Batch),
            arguments.GetValue(TrainArguments.Accumulation),
            arguments.GetValue(TrainArguments.Seed));
        List<TrainingSample> heldOut = file is null ? [.. samples.Where((_, index) => IsHeldOut(index))] : Encode(model, arguments, file);
        return arguments.GetValue(TrainArguments.Full) ? TrainWhole(model, data, heldOut, arguments) : TrainAdapter(model, data, heldOut, arguments);
    }

    private static int TrainAdapter(BaseModel model, SampleData data, List<TrainingSample> heldOut, ParseResult arguments)
    {
        string? from = arguments.GetValue(TrainArguments.Continue);
        ulong seed = arguments.GetValue(TrainArguments.Seed);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Folder)));
        using var adapter = from is null
            ? LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create(name, TrainArguments.LoraOf(arguments)), seed, weight => model.Weights.Parameters[weight])
            : PeftAdapterFile.Load(from, model.Plan, seed);
        var (target, whyReference) = AdapterTarget.Open(
            model,
            adapter,
            arguments.GetValue(TrainArguments.Computing),
            TrainArguments.FormatOf(arguments),
            arguments.GetValue(TrainArguments.Bin),
            TrainArguments.DeviceOf(arguments));
        using var owned = target;
        if (whyReference is not null)
        {
            Console.Out.WriteLine(whyReference);
        }

        var options = TrainArguments.OptionsOf(arguments, model, data.StepsPerEpoch, $"{from} seed {seed} {adapter.Config.ToJson()}");
        var outcome = new TrainSession(target, data, options, heldOut, arguments.GetValue(TrainArguments.EvaluateEvery), arguments.GetValue(TrainArguments.Losses)).Run(Console.Out);
        string folder = arguments.GetRequiredValue(TrainArguments.Output);
        PeftAdapterFile.Save(folder, adapter);
        return End(outcome, $"adapter in {folder}");
    }

    private static int TrainWhole(BaseModel model, SampleData data, List<TrainingSample> heldOut, ParseResult arguments)
    {
        string folder = Path.Combine(arguments.GetRequiredValue(TrainArguments.Output), "model");
        if (Path.Exists(folder))
        {
            throw new IOException($"'{folder}' exists already: an earlier run wrote it. Move it away, or give another output folder.");
        }

        using var target = new ReferenceTarget(model.Weights, null, fusedAttention: true, TrainArguments.DeviceOf(arguments));
        var options = TrainArguments.OptionsOf(arguments, model, data.StepsPerEpoch, "every weight");
        var outcome = new TrainSession(target, data, options, heldOut, arguments.GetValue(TrainArguments.EvaluateEvery), arguments.GetValue(TrainArguments.Losses)).Run(Console.Out);
        if (outcome.Status is not TrainingStatus.Succeeded)
        {
            return End(outcome, "no model written");
        }

        using var source = ExportSource.Open(model, model.Weights);
        MergedFolder.Write(source, folder, dtype: null);
        return End(outcome, $"model in {folder}");
    }

    private static int End(TrainingOutcome outcome, string what)
    {
        Console.Out.WriteLine($"{outcome.Status} at step {outcome.Step}; {what}");
        if (outcome.Reason is { } reason)
        {
            Console.Error.WriteLine(reason);
        }

        return outcome.Status is TrainingStatus.Failed ? 1 : 0;
    }

    private static List<TrainingSample> Encode(BaseModel model, ParseResult arguments, string file)
    {
        int length = arguments.GetValue(TrainArguments.Length);
        var encoder = new RecordEncoder(
            model.Tokenizer,
            model.Template,
            model.TokenizerConfig,
            new RecordEncoding(length == 0 ? model.Plan.MaxPositions : length) { LossOnPrompts = arguments.GetValue(TrainArguments.LossOnPrompts) });
        return [.. TrainingFile.Read(file)
            .Select(line => TrainingSample.Of(line.Text is { } text ? encoder.EncodeText(text) : encoder.EncodeConversation(line.Messages)))
            .Where(sample => sample.HasSupervised)];
    }
}
