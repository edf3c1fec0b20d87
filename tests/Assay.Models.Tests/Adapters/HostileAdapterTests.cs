using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Adapters;

/// <summary>Adapter files that do not fit, or are made to harm: refused with a typed exception that names what is wrong.</summary>
public sealed class HostileAdapterTests : IDisposable
{
    private const string Prefix = "base_model.model.";
    private static readonly string Biased = TinyModel.Config.Replace("\"rms_norm_eps\"", "\"attention_bias\":true,\"mlp_bias\":true,\"rms_norm_eps\"", StringComparison.Ordinal);

    private readonly string folder = Directory.CreateTempSubdirectory("assay-hostile-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float bad)
    {
        Save(new LoraOptions { Rank = 2 }, adapter => adapter.Pairs.First().B[0, 0] = bad);

        Assert.Contains("not finite", Refused<InvalidSafetensorsException>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_superfluous_and_misshapen_tensors_are_named()
    {
        Save(new LoraOptions { Rank = 2, Dora = true, ModulesToSave = ["lm_head"], Bias = PeftBias.All });
        var contents = Contents();
        (string Part, string Message)[] cases = [("lora_magnitude_vector", "lacks"), ("lm_head.weight", "lacks"), ("base_layer.bias", "lacks"), ("lora_B.weight", "lacks")];
        foreach (var (part, message) in cases)
        {
            string name = contents.First(content => content.Name.EndsWith(part, StringComparison.Ordinal)).Name;
            Write(contents.Where(content => content.Name != name));
            string refusal = Refused<InvalidSafetensorsException>();
            Assert.Contains(message, refusal, StringComparison.Ordinal);
            Assert.Contains(name, refusal, StringComparison.Ordinal);

            Write(contents.Select(content => content.Name == name ? content with { Shape = [.. content.Shape, 1] } : content));
            Assert.Contains("has shape", Refused<InvalidSafetensorsException>(), StringComparison.Ordinal);
        }

        foreach (string extra in (string[])[Prefix + "model.layers.9.mlp.up_proj.lora_A.weight", "model.layers.0.mlp.up_proj.lora_A.weight", Prefix + "model.embed_tokens.weight", Prefix])
        {
            Write(contents.Append(new TensorContent(extra, TensorDtype.F32, [1], new byte[4])));
            Assert.Contains("belong to no targeted layer", Refused<InvalidSafetensorsException>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Integers_are_no_weights()
    {
        Save(new LoraOptions { Rank = 2 });
        Write(Contents().Select(content => content with { Dtype = TensorDtype.I32 }));

        Assert.Contains("dtype I32", Refused<InvalidSafetensorsException>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r", "5", typeof(InvalidSafetensorsException))]
    [InlineData("r", "4096", typeof(InvalidSafetensorsException))]
    [InlineData("use_dora", "true", typeof(InvalidSafetensorsException))]
    [InlineData("bias", "\"all\"", typeof(InvalidSafetensorsException))]
    [InlineData("rank_pattern", "{\"q_proj\":1}", typeof(InvalidSafetensorsException))]
    [InlineData("target_modules", "[\"q_proj\"]", typeof(InvalidSafetensorsException))]
    [InlineData("exclude_modules", "[\"q_proj\"]", typeof(InvalidSafetensorsException))]
    [InlineData("target_modules", "[\"nothing\"]", typeof(InvalidModelConfigException))]
    [InlineData("target_modules", "[]", typeof(InvalidModelConfigException))]
    [InlineData("target_modules", "[\"q_proj\",\"lm_head\"]", typeof(InvalidModelConfigException))]
    [InlineData("target_modules", "[\"q_proj\",\"embed_tokens\"]", typeof(InvalidModelConfigException))]
    [InlineData("modules_to_save", "[\"lm_head\"]", typeof(InvalidSafetensorsException))]
    [InlineData("modules_to_save", "[\"classifier\"]", typeof(InvalidModelConfigException))]
    [InlineData("modules_to_save", "[\"layers\"]", typeof(InvalidModelConfigException))]
    public void A_configuration_that_contradicts_the_tensors_is_refused(string field, string value, Type type)
    {
        Save(new LoraOptions { Rank = 2 });
        Change(field, value);

        Assert.IsType(type, Record.Exception(() => PeftAdapterFile.Load(folder, TinyModel.Plan(Biased))));
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        Save(new LoraOptions { Rank = 2 });
        File.Delete(Path.Combine(folder, "adapter_config.json"));
        Refused<InvalidModelConfigException>();
    }

    [Fact]
    public void Biases_that_PEFT_did_not_store_are_the_base_s()
    {
        using var model = TinyModel.Create(Biased);
        Save(new LoraOptions { Rank = 2, TargetModules = ["q_proj"], Bias = PeftBias.LoraOnly });
        Write(Contents().Where(content => !content.Name.EndsWith("bias", StringComparison.Ordinal)));
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));

        using var adapter = PeftAdapterFile.Load(folder, model.Plan);
        PeftAdapterFile.Save(folder, adapter);

        Assert.Empty(adapter.Whole);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")));
    }

    [Fact]
    public void Stored_formats_are_kept_until_a_value_needs_more()
    {
        var plan = TinyModel.Plan(Biased);
        Save(new LoraOptions { Rank = 2, TargetModules = ["q_proj"], ModulesToSave = ["lm_head"] });
        Write(Contents().Select(content => Rounded(content, content.Name.Contains("lora_A", StringComparison.Ordinal) ? TensorDtype.BF16 : content.Name.Contains("lora_B", StringComparison.Ordinal) ? TensorDtype.F16 : TensorDtype.F32)));
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));
        using var adapter = PeftAdapterFile.Load(folder, plan);

        PeftAdapterFile.Save(folder, adapter);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")));

        adapter.Pairs.First().A[0, 0] = 1 + 1e-6f;
        PeftAdapterFile.Save(folder, adapter);
        Assert.All(Contents(), content => Assert.Equal(TensorDtype.F32, content.Dtype));
    }

    private static TensorContent Rounded(TensorContent content, TensorDtype dtype)
    {
        using var values = tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(content.Bytes.Span).ToArray(), [.. content.Shape]);
        return TensorBytes.Content(content.Name, values, dtype);
    }

    private void Save(LoraOptions options, Action<LoraAdapter>? change = null)
    {
        using var model = TinyModel.Create(Biased);
        using var adapter = LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("tiny", options), 3, name => model.Parameters[name]);
        change?.Invoke(adapter);
        PeftAdapterFile.Save(folder, adapter);
    }

    private List<TensorContent> Contents()
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        return [.. file.Header.Tensors.Select(entry => new TensorContent(entry.Name, entry.Dtype, entry.Shape, file.Bytes(entry).ToArray()))];
    }

    private void Write(IEnumerable<TensorContent> contents) => SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), contents);

    private void Change(string field, string value)
    {
        string path = Path.Combine(folder, "adapter_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[field] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
    }

    private string Refused<T>()
        where T : Exception => Assert.Throws<T>(() => PeftAdapterFile.Load(folder, TinyModel.Plan(Biased))).Message;
}
