using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Export;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using Assay.Testing;

namespace Assay.Models.Tests.Export;

public sealed class QuantisedExportTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("assay-export-nf4-").FullName;

    private string Target => Path.Combine(root, "quantised");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_written_tensors_are_those_of_bitsandbytes()
    {
        using (var source = Source(Goldens.Require("models/llama3"), null))
        {
            MergedFolder.Write(source, Target, null, nf4: true);
        }

        using var written = SafetensorsCheckpoint.Open(Target);
        using var golden = SafetensorsCheckpoint.OpenFile(Goldens.Require("nf4/qlora_llama3/model_bnb_4bit.safetensors"));
        Assert.Equal(golden.Names.Order(StringComparer.Ordinal), written.Names.Order(StringComparer.Ordinal));
        Assert.All(golden.Names, name =>
        {
            var (file, entry) = written.Find(name)!.Value;
            var (expected, other) = golden.Find(name)!.Value;
            Assert.Equal((other.Dtype, other.Length), (entry.Dtype, entry.Length));
            Assert.Equal(expected.Bytes(other), file.Bytes(entry));
        });
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2_moe")]
    [InlineData("deepseek_v3")]
    public void A_merged_quantised_folder_is_read_back_as_the_quantised_merge(string type)
    {
        var plan = TinyConfigs.Plan(type);
        string folder = Path.Combine(root, "base");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), TinyConfigs.Json(type));
        using var model = EveryFamilyTests.Make(plan);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), model.Parameters.Select(weight => TensorBytes.Content(weight.Key, weight.Value, TensorDtype.F32)));
        using var adapter = LoraAdapter.Create(plan, PeftAdapterConfig.Create("tiny", new LoraOptions { Rank = 2, ModulesToSave = [plan.Head.OwnTable[..^".weight".Length]] }), 3, name => model.Parameters[name]);
        PeftAdapterFile.Save(Path.Combine(root, "adapter"), adapter);
        using (var source = Source(folder, Path.Combine(root, "adapter")))
        {
            MergedFolder.Write(source, Target, null, nf4: true);
        }

        var config = HfModelConfig.Load(Target);
        using var checkpoint = SafetensorsCheckpoint.Open(Target);
        using var loaded = ReferenceModel.Load(ModelFamily.Plan(config, checkpoint.Names), checkpoint);
        using var merged = model.Merge(adapter);

        Assert.False(loaded.Plan.Head.Tied);
        Assert.Equal(plan.Linears.Count(), loaded.Dequantised.Count);
        Assert.All(merged.Parameters, weight =>
        {
            using var difference = (weight.Value - loaded.Parameters[weight.Key]).abs().max();
            using var largest = weight.Value.abs().max();
            double limit = loaded.Dequantised.Contains(weight.Key) ? 0.16 * largest.item<float>() : 0; // half of the widest gap between levels, and the rounded scale
            Assert.InRange(difference.item<float>(), 0, limit);
        });
        var skipped = JsonNode.Parse(File.ReadAllText(Path.Combine(Target, "config.json")))!["quantization_config"]!["llm_int8_skip_modules"]!.AsArray().Select(name => name!.GetValue<string>());
        Assert.Equal(type == "qwen2_moe" ? ["gate", "shared_expert_gate", "lm_head"] : type == "deepseek_v3" ? ["gate", "lm_head"] : ["lm_head"], skipped);
    }

    private static ExportSource Source(string folder, string? adapterFolder)
    {
        var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(HfModelConfig.Load(folder), checkpoint.Names);
        return new ExportSource(folder, plan, checkpoint, adapterFolder is null ? null : PeftAdapterFile.Load(adapterFolder, plan));
    }
}
