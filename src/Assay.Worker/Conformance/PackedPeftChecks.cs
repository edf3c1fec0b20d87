using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Families;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of the packed path on one folder below <c>peft/</c>.</summary>
internal sealed class PackedPeftChecks : ICheckSource
{
    private readonly string adapterFolder;
    private readonly string modelFolder;
    private readonly GoldenTensors? inference;
    private readonly GoldenTensors? recorded;
    private readonly PackedTraining packed;
    private readonly List<TrainingChecks> training = [];

    /// <param name="folder">Adapter golden folder.</param>
    /// <param name="findModel">Finds the folder of a base model by name.</param>
    public PackedPeftChecks(string folder, Func<string, string> findModel)
    {
        adapterFolder = Path.Combine(folder, "adapter");
        inference = GoldenTensors.Open(Path.Combine(folder, "golden_inference.safetensors"));
        var description = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")))!;
        modelFolder = findModel(description["base"]!.GetValue<string>());
        packed = new PackedTraining(() => ModelFamily.Plan(HfModelConfig.Load(modelFolder), null), (format, adapter) => PackedModel.Open(modelFolder, format, _ => adapter));
        if (description["training"] is { } settings)
        {
            recorded = GoldenTensors.Open(Path.Combine(folder, "golden_training.safetensors"));
            var run = new Lazy<RecordedRun>(() => RecordedRun.OfPeft(settings));
            training.AddRange(((FrozenFormat[])[FrozenFormat.Fp32, FrozenFormat.Bf16]).Select(format => new TrainingChecks(folder, run, recorded, packed.Path(format))));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        foreach (string name in inference?.Cases("logits_adapter") ?? [])
        {
            yield return new Check($"logits_adapter.{name}@fp32", () => WithAdapter(name));
        }

        foreach (string name in inference?.Cases("logits_merged") ?? [])
        {
            yield return new Check($"logits_merged.{name}@fp32", () => Merged(name));
        }

        foreach (var check in training.SelectMany(checks => checks.All()))
        {
            yield return check;
        }
    }

    public void Dispose()
    {
        training.ForEach(checks => checks.Dispose());
        packed.Dispose();
        inference?.Dispose();
        recorded?.Dispose();
    }

    private Figure WithAdapter(string name)
    {
        LoraAdapter? adapter = null;
        try
        {
            using var model = PackedModel.Open(modelFolder, FrozenFormat.Fp32, plan => adapter = PeftAdapterFile.Load(adapterFolder, plan));
            return Logits(model.Engine, name, $"{name}.logits_adapter");
        }
        finally
        {
            adapter?.Dispose();
        }
    }

    private Figure Merged(string name)
    {
        using var model = ModelChecks.Open(modelFolder);
        using var adapter = PeftAdapterFile.Load(adapterFolder, model.Plan);
        using var merged = model.Merge(adapter);
        using var packed = PackedModel.Of(FrozenWeights.From(merged, FrozenFormat.Fp32, null), null);
        return Logits(packed.Engine, name, $"{name}.logits_merged");
    }

    private Figure Logits(DecoderEngine engine, string name, string golden)
    {
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(inference!, name);
        return Figure.AtMost(rows.Difference(rows.Padded(engine.Logits(rows.Packed(null))), inference!.Floats(golden)), 1e-4);
    }
}
