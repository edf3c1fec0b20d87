using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Export;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Testing;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Export;

public sealed class MergedFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("assay-export-").FullName;

    private string Target => Path.Combine(root, "merged");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("llama3_all_linear")]
    [InlineData("gpt2_fan_in_fan_out")]
    [InlineData("chatglm2_fused_qkv")]
    [InlineData("bloom_fused_qkv_rslora")]
    public void The_merged_weights_are_those_of_the_reference(string golden)
    {
        string peft = Goldens.Require($"peft/{golden}");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(peft, "golden.json")));
        string model = Goldens.Require($"models/{json.RootElement.GetProperty("base").GetString()}");
        using (var source = Source(model, Path.Combine(peft, "adapter")))
        {
            MergedFolder.Write(source, Target, null);
        }

        using var written = SafetensorsCheckpoint.Open(Target);
        using var original = SafetensorsCheckpoint.Open(model);
        using var expected = SafetensorsFile.Open(Path.Combine(peft, "golden_merged_changed_weights.safetensors"));
        Assert.Equal(original.Names.Where(name => !name.EndsWith("inv_freq", StringComparison.Ordinal)).Order(), written.Names.Order());
        foreach (string name in written.Names)
        {
            using var actual = Read(written, name);
            using var wanted = expected.Find("merged." + name) is { } entry ? TensorBytes.ToFloat32(expected, entry) : Read(original, name);
            using var difference = (actual - wanted).abs().max();
            Assert.True(difference.item<float>() < 1e-5, $"{name} differs by {difference.item<float>()}");
        }
    }

    [Theory]
    [InlineData(TensorDtype.F32, 1e-5)]
    [InlineData(TensorDtype.BF16, 0.15)]
    [InlineData(TensorDtype.F16, 0.02)]
    public void A_merged_model_loads_again_and_answers_as_base_and_adapter(TensorDtype dtype, double limit)
    {
        string folder = Tiny(out var model);
        using var adapter = Shaken(model, new LoraOptions { Rank = 4, Dora = true, ModulesToSave = ["lm_head"] });
        string adapterFolder = Path.Combine(root, "adapter");
        Directory.CreateDirectory(adapterFolder);
        PeftAdapterFile.Save(adapterFolder, adapter);
        using (var source = Source(folder, adapterFolder))
        {
            MergedFolder.Write(source, Target, dtype, shardBytes: 4000);
        }

        using var checkpoint = SafetensorsCheckpoint.Open(Target);
        var config = HfModelConfig.Load(Target);
        using var merged = ReferenceModel.Load(ModelFamily.Plan(config, checkpoint.Names), checkpoint);
        using var expected = Logits(model, adapter);
        using var actual = Logits(merged, null);
        using var difference = (expected - actual).abs().max();
        Assert.False(merged.Plan.Head.Tied);
        Assert.InRange(difference.item<float>(), 0, limit);
        Assert.Equal(dtype switch { TensorDtype.F32 => "float32", TensorDtype.F16 => "float16", _ => "bfloat16" }, config.Dtype);
        Assert.All(checkpoint.Names, name => Assert.Equal(dtype, checkpoint.Find(name)!.Value.Entry.Dtype));

        // Split into files of at most the asked size, or of one tensor that is larger.
        string[] shards = Directory.GetFiles(Target, "model-*-of-*.safetensors");
        Assert.True(shards.Length > 3);
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target, "model.safetensors.index.json")));
        Assert.Equal(checkpoint.Names.Sum(name => checkpoint.Find(name)!.Value.Entry.Length), index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal("yes", File.ReadAllText(Path.Combine(Target, "LICENSE")));
        Assert.False(File.Exists(Path.Combine(Target, "secret.txt")));
        model.Dispose();
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes()
    {
        string folder = Tiny(out var model);
        model.Dispose();
        using var source = Source(folder, null);

        MergedFolder.Write(source, Target, null);
        MergedFolder.Write(source, Target + "2", null);

        Assert.Equal(File.ReadAllBytes(Path.Combine(Target, "model.safetensors")), File.ReadAllBytes(Path.Combine(Target + "2", "model.safetensors")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")), File.ReadAllBytes(Path.Combine(Target, "model.safetensors")));
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_a_failed_export_leaves_nothing()
    {
        string folder = Tiny(out var model);
        model.Dispose();
        Directory.CreateDirectory(Target);
        using (var source = Source(folder, null))
        {
            Assert.Throws<IOException>(() => MergedFolder.Write(source, Target, null));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Target));
        }

        Directory.Delete(Target);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), Weights(folder, "model.norm.weight", 1e6f));
        using var large = Source(folder, null);
        var error = Assert.Throws<OverflowException>(() => MergedFolder.Write(large, Target, TensorDtype.F16));
        Assert.Contains("model.norm.weight", error.Message, StringComparison.Ordinal);
        Assert.Equal([folder], Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void A_quantised_base_is_written_dequantised()
    {
        string nf4 = Path.Combine(Goldens.Require("nf4/qlora_llama3"), "model_bnb_4bit.safetensors");
        string folder = Path.Combine(root, "nf4");
        Directory.CreateDirectory(folder);
        File.Copy(nf4, Path.Combine(folder, "model.safetensors"));
        File.Copy(Path.Combine(Goldens.Require("models/llama3"), "config.json"), Path.Combine(folder, "config.json"));
        using (var source = Source(folder, null))
        {
            MergedFolder.Write(source, Target, TensorDtype.F32);
        }

        using var quantised = SafetensorsCheckpoint.Open(folder);
        using var plain = SafetensorsCheckpoint.Open(Target);
        var plan = ModelFamily.Plan(HfModelConfig.Load(Target), plain.Names);
        using var expected = ReferenceModel.Load(plan, quantised);
        using var actual = ReferenceModel.Load(plan, plain);
        foreach (var (name, value) in expected.Parameters)
        {
            Assert.True(value.equal(actual.Parameters[name]).all().item<bool>(), name);
        }
    }

    private static ExportSource Source(string folder, string? adapter)
    {
        var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(HfModelConfig.Load(folder), checkpoint.Names);
        return new ExportSource(folder, plan, checkpoint, adapter is null ? null : PeftAdapterFile.Load(adapter, plan));
    }

    private string Tiny(out ReferenceModel model)
    {
        string folder = Path.Combine(root, "base");
        Directory.CreateDirectory(folder);
        model = TinyModel.Create();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), model.Parameters.Select(parameter => TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.F32)));
        File.WriteAllText(Path.Combine(folder, "config.json"), TinyModel.Config);
        File.WriteAllText(Path.Combine(folder, "LICENSE"), "yes");
        File.WriteAllText(Path.Combine(folder, "secret.txt"), "no");
        return folder;
    }

    private static LoraAdapter Shaken(ReferenceModel model, LoraOptions options)
    {
        var adapter = LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("tiny", options), 3, name => model.Parameters[name]);
        using var off = no_grad();
        using var generator = new Generator(8);
        foreach (var (_, value) in adapter.Parameters)
        {
            using var noise = rand(value.shape, generator: generator);
            using var small = noise.mul_(0.1);
            value.add_(small);
        }

        return adapter;
    }

    private static Tensor Logits(ReferenceModel model, LoraAdapter? adapter)
    {
        using var off = no_grad();
        using var ids = tensor(new long[] { 1, 5, 9, 30, 2, 60 }).reshape(1, 6);
        using var hidden = model.Hidden(ids, new ForwardOptions { Adapter = adapter });
        return model.Logits(hidden, adapter);
    }

    private static Tensor Read(SafetensorsCheckpoint checkpoint, string name)
    {
        var (file, entry) = checkpoint.Find(name)!.Value;
        return TensorBytes.ToFloat32(file, entry);
    }

    private static List<TensorContent> Weights(string folder, string changed, float value)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return [.. file.Header.Tensors.Select(entry =>
        {
            using var read = TensorBytes.ToFloat32(file, entry);
            using var filled = entry.Name == changed ? full(entry.Shape.ToArray(), value) : read.clone();
            return TensorBytes.Content(entry.Name, filled, TensorDtype.F32);
        })];
    }
}
