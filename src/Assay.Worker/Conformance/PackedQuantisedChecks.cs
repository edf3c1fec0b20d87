using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of the packed path on one folder below <c>nf4/</c>: the base stays in NF4 and is expanded for every product.</summary>
internal sealed class PackedQuantisedChecks : ICheckSource
{
    private readonly string weights;
    private readonly string baseFolder;
    private readonly GoldenTensors? goldens;
    private readonly PackedTraining packed;
    private readonly List<TrainingChecks> training = [];

    /// <param name="folder">Folder with <c>model_bnb_4bit.safetensors</c>.</param>
    /// <param name="findModel">Finds the folder of a base model by name.</param>
    public PackedQuantisedChecks(string folder, Func<string, string> findModel)
    {
        weights = Path.Combine(folder, "model_bnb_4bit.safetensors");
        var description = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")))!;
        baseFolder = findModel(description["base"]!.GetValue<string>());
        goldens = GoldenTensors.Open(Path.Combine(folder, "golden.safetensors"));
        packed = new PackedTraining(Plan, (format, adapter) => Open(format, adapter));
        if (description["loss_per_step"] is not null)
        {
            var run = new Lazy<RecordedRun>(() => RecordedRun.OfNf4(description));
            training.AddRange(((FrozenFormat[])[FrozenFormat.Nf4Fp32, FrozenFormat.Nf4]).Select(format => new TrainingChecks(folder, run, goldens, packed.Path(format))));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All() => (goldens?.Cases("logits_dequantised_base") ?? [])
        .Select(name => new Check($"logits.{name}@fp32", () => Logits(name)))
        .Concat(training.SelectMany(checks => checks.All()));

    public void Dispose()
    {
        training.ForEach(checks => checks.Dispose());
        packed.Dispose();
        goldens?.Dispose();
    }

    private DecoderPlan Plan() => ModelFamily.Plan(HfModelConfig.Load(baseFolder), null);

    private PackedModel Open(FrozenFormat format, LoraAdapter? adapter)
    {
        using var checkpoint = SafetensorsCheckpoint.OpenFile(weights);
        var plan = ModelFamily.Plan(HfModelConfig.Load(baseFolder), checkpoint.Names);
        return PackedModel.Of(FrozenWeights.Load(plan, checkpoint, format, adapter), adapter);
    }

    private Figure Logits(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Open(FrozenFormat.Nf4Fp32, null);
        var rows = new GoldenCase(goldens!, name);
        return Figure.AtMost(rows.Difference(rows.Padded(model.Engine.Logits(rows.Packed(null))), goldens!.Floats($"{name}.logits_dequantised_base")), 1e-4);
    }
}
