using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of one folder below <c>peft/</c>: loading, saving and applying; training is in <see cref="TrainingChecks"/>.</summary>
internal sealed class PeftChecks : ICheckSource
{
    private readonly string folder;
    private readonly GoldenTensors? inference;
    private readonly GoldenTensors? changed;
    private readonly Lazy<ReferenceModel> model;
    private readonly Lazy<LoraAdapter> adapter;
    private readonly GoldenTensors? recorded;
    private readonly Lazy<RecordedRun> run;
    private readonly TrainingChecks training;

    /// <param name="folder">Adapter golden folder.</param>
    /// <param name="findModel">Finds the folder of a base model by name.</param>
    public PeftChecks(string folder, Func<string, string> findModel)
    {
        this.folder = folder;
        inference = GoldenTensors.Open(Path.Combine(folder, "golden_inference.safetensors"));
        changed = GoldenTensors.Open(Path.Combine(folder, "golden_merged_changed_weights.safetensors"));
        var description = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")))!;
        model = new Lazy<ReferenceModel>(() => ModelChecks.Open(findModel(description["base"]!.GetValue<string>())));
        adapter = new Lazy<LoraAdapter>(() => PeftAdapterFile.Load(Path.Combine(folder, "adapter"), model.Value.Plan));
        recorded = description["training"] is null ? null : GoldenTensors.Open(Path.Combine(folder, "golden_training.safetensors"));
        run = new Lazy<RecordedRun>(() => RecordedRun.OfPeft(description["training"]!));
        training = new TrainingChecks(folder, run, recorded, TrainingPath.Reference(model));
    }

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        yield return new Check("load", () =>
        {
            _ = adapter.Value;
            return Figure.Ok;
        });
        yield return new Check("roundtrip", RoundTrip);
        foreach (string name in inference?.Cases("logits_adapter") ?? [])
        {
            yield return new Check($"logits_adapter.{name}@reference", () => Logits(name));
        }

        if (changed is not null)
        {
            yield return new Check("merged_weights", MergedWeights);
        }

        if (recorded is not null)
        {
            yield return TrainingChecks.Schedule(run);
        }

        foreach (var check in training.All())
        {
            yield return check;
        }
    }

    public void Dispose()
    {
        inference?.Dispose();
        changed?.Dispose();
        recorded?.Dispose();
        training.Dispose();
        if (adapter.IsValueCreated)
        {
            adapter.Value.Dispose();
        }

        if (model.IsValueCreated)
        {
            model.Value.Dispose();
        }
    }

    private Figure Logits(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(inference!, name);
        var logits = model.Value.Logits(rows.Hidden(model.Value, adapter.Value), adapter.Value);
        return Figure.AtMost(rows.Difference(logits, inference!.Floats($"{name}.logits_adapter")), 1e-4);
    }

    private Figure RoundTrip()
    {
        string copy = Path.Combine(Path.GetTempPath(), $"assay-conformance-{Guid.NewGuid():N}");
        try
        {
            PeftAdapterFile.Save(copy, adapter.Value);
            using var original = SafetensorsFile.Open(Path.Combine(folder, "adapter", "adapter_model.safetensors"));
            using var saved = SafetensorsFile.Open(Path.Combine(copy, "adapter_model.safetensors"));
            int good = original.Header.Tensors.Count(tensor =>
                saved.Find(tensor.Name) is { } own && own.Dtype == tensor.Dtype && own.Shape.SequenceEqual(tensor.Shape) && saved.Bytes(own).SequenceEqual(original.Bytes(tensor)));
            bool sameConfig = JsonNode.DeepEquals(Config(Path.Combine(folder, "adapter")), Config(copy));
            int total = Math.Max(original.Header.Tensors.Count, saved.Header.Tensors.Count) + 1;
            return Figure.Count(good + (sameConfig ? 1 : 0), total);
        }
        finally
        {
            if (Directory.Exists(copy))
            {
                Directory.Delete(copy, recursive: true);
            }
        }
    }

    /// <summary>The configuration with its module lists in a fixed order: PEFT writes sets.</summary>
    private static JsonNode Config(string adapterFolder)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(adapterFolder, "adapter_config.json")))!;
        foreach (string field in (string[])["target_modules", "modules_to_save", "exclude_modules"])
        {
            if (config[field] is JsonArray names)
            {
                config[field] = new JsonArray([.. names.Select(name => name!.GetValue<string>()).Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
            }
        }

        return config;
    }

    private Figure MergedWeights()
    {
        using var merged = model.Value.Merge(adapter.Value);
        double worst = 0;
        foreach (var (name, value) in merged.Parameters)
        {
            string key = $"merged.{name}";
            worst = Math.Max(worst, changed!.Has(key)
                ? changed.Difference(key, value)
                : value.equal(model.Value.Parameters[name]).all().item<bool>() ? 0 : double.PositiveInfinity);
        }

        int unknown = changed!.Names.Count(key => !merged.Parameters.ContainsKey(key["merged.".Length..]));
        return unknown == 0 ? Figure.AtMost(worst, 1e-5) : Figure.Count(0, unknown);
    }
}
