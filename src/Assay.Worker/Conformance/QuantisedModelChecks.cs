using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine;
using Assay.Models.Families;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of one folder below <c>nf4/</c>: a model in NF4, its logits, and a recorded QLoRA run, on the reference path.</summary>
internal sealed class QuantisedModelChecks : ICheckSource
{
    private readonly string weights;
    private readonly string baseFolder;
    private readonly GoldenTensors? goldens;
    private readonly Lazy<ReferenceModel> model;
    private readonly TrainingChecks? training;

    /// <param name="folder">Folder with <c>model_bnb_4bit.safetensors</c>.</param>
    /// <param name="findModel">Finds the folder of a base model by name.</param>
    public QuantisedModelChecks(string folder, Func<string, string> findModel)
    {
        weights = Path.Combine(folder, "model_bnb_4bit.safetensors");
        var description = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")))!;
        baseFolder = findModel(description["base"]!.GetValue<string>());
        goldens = GoldenTensors.Open(Path.Combine(folder, "golden.safetensors"));
        model = new Lazy<ReferenceModel>(Open);
        if (description["loss_per_step"] is not null)
        {
            training = new TrainingChecks(folder, new Lazy<RecordedRun>(() => RecordedRun.OfNf4(description)), goldens, TrainingPath.Reference(model));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        yield return new Check("load", () => model.Value.Dequantised.Count > 0 ? Figure.Ok : new Figure(false, "unquantised"));
        yield return new Check("requantise", Requantise);
        foreach (string name in goldens?.Cases("logits_dequantised_base") ?? [])
        {
            yield return new Check($"logits.{name}@reference", () => Logits(name));
        }

        foreach (var check in training?.All() ?? [])
        {
            yield return check;
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        training?.Dispose();
        if (model.IsValueCreated)
        {
            model.Value.Dispose();
        }
    }

    private ReferenceModel Open()
    {
        using var checkpoint = SafetensorsCheckpoint.OpenFile(weights);
        return ReferenceModel.Load(ModelFamily.Plan(HfModelConfig.Load(baseFolder), checkpoint.Names), checkpoint);
    }

    /// <summary>Quantises the base's weights and compares every tensor that the file stores for them, the quantisation state included.</summary>
    private Figure Requantise()
    {
        using var stored = SafetensorsCheckpoint.OpenFile(weights);
        using var original = SafetensorsCheckpoint.Open(baseFolder);
        var plan = ModelFamily.Plan(HfModelConfig.Load(baseFolder), original.Names);
        var originalNames = WeightNames.Match(plan, original.Names);
        var storedNames = WeightNames.Match(plan, stored.Names);
        int good = 0;
        int total = 0;
        foreach (string weight in model.Value.Dequantised)
        {
            string name = storedNames[weight];
            var recorded = Nf4Tensors.Find(stored, name)!;
            var (file, entry) = original.Find(originalNames[weight])!.Value;
            var own = Nf4Quantiser.Quantise(file.Bytes(entry), entry.Dtype, entry.Shape, recorded.BlockSize);
            if (recorded.Scales is DoubleNf4Scales twice)
            {
                float offset = Nf4Weights.Mean(own.Scales);
                own = own with { Scales = Nf4Quantiser.Quantise(own.Scales.ToArray(), Nf4Checks.IsNear(offset, twice.Offset) ? twice.Offset : offset, twice.BlockSize) };
            }

            var contents = Nf4Tensors.Contents(name, own).ToList();
            total += stored.Names.Count(other => other == name || Nf4Tensors.WeightOf(other) == name);
            good += contents.Count(content => stored.Find(content.Name) is { } found
                && found.Entry.Dtype == content.Dtype && found.Entry.Shape.SequenceEqual(content.Shape) && found.File.Bytes(found.Entry).SequenceEqual(content.Bytes.Span));
        }

        return Figure.Count(good, total);
    }

    private Figure Logits(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(goldens!, name);
        return Figure.AtMost(rows.Difference(model.Value.Logits(rows.Hidden(model.Value), null), goldens!.Floats($"{name}.logits_dequantised_base")), 1e-4);
    }
}
