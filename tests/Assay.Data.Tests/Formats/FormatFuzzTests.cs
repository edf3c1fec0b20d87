using System.Text;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Testing;

namespace Assay.Data.Tests.Formats;

/// <summary>Damaged weight files and configurations: only the format's own exception may leave.</summary>
public sealed class FormatFuzzTests : IDisposable
{
    private const int Default = 20_000;
    private const int Many = 1_000_000;

    private readonly string folder = MemoryFolder.Create();

    private string Single => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Damaged_safetensors_end_as_the_typed_exception() => Safetensors(Default);

    [Fact]
    public void Damaged_shards_and_indexes_end_as_the_typed_exception() => Shards(Default);

    [Fact]
    public void Damaged_nf4_weights_end_as_the_typed_exception() => Nf4(Default);

    [Fact]
    public void Damaged_adapter_configurations_end_as_the_typed_exception() => AdapterConfigurations(Default);

    [Fact]
    public void Damaged_model_configurations_end_as_the_typed_exception() => ModelConfigurations(Default);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_safetensors() => Safetensors(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_shards_and_indexes() => Shards(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_nf4_weights() => Nf4(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_adapter_configurations() => AdapterConfigurations(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_model_configurations() => ModelConfigurations(Many);

    private void Safetensors(int count)
    {
        SafetensorsWriter.Write(Single, [Tensor("a.weight", [2, 3]), Tensor("b.bias", [4]), new TensorContent("ż", TensorDtype.I64, [], new byte[8])]);
        Feed<InvalidSafetensorsException>(count, (File.ReadAllBytes(Single), bytes =>
        {
            File.WriteAllBytes(Single, bytes);
            using var file = SafetensorsFile.Open(Single);
            Touch(file);
        }
        ));
    }

    private void Shards(int count)
    {
        string index = Path.Combine(folder, "model.safetensors.index.json");
        string first = Path.Combine(folder, "model-00001-of-00002.safetensors");
        byte[] map = Encoding.UTF8.GetBytes("""{"metadata":{"total_size":40},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}""");
        File.WriteAllBytes(index, map);
        SafetensorsWriter.Write(first, [Tensor("a", [3]), Tensor("c", [2])]);
        SafetensorsWriter.Write(Path.Combine(folder, "model-00002-of-00002.safetensors"), [Tensor("b", [2])]);
        byte[] shard = File.ReadAllBytes(first);
        Feed<InvalidSafetensorsException>(count, (map, bytes => Open(index, bytes)), (shard, bytes =>
        {
            File.WriteAllBytes(index, map);
            Open(first, bytes);
        }
        ));

        void Open(string path, byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            using var checkpoint = SafetensorsCheckpoint.Open(folder);
            foreach (string name in checkpoint.Names)
            {
                Assert.True(checkpoint.Find(name)!.Value.Entry.Length >= 0);
            }
        }
    }

    private void Nf4(int count)
    {
        var random = new Random(3);
        byte[] weights = new byte[70 * 4];
        for (int index = 0; index < 70; index++)
        {
            BitConverter.TryWriteBytes(weights.AsSpan(4 * index), (float)(random.NextDouble() - 0.5));
        }

        SafetensorsWriter.Write(Single, Nf4Tensors.Contents("a.weight", Nf4Quantiser.Quantise(weights, TensorDtype.F32, [7, 10])));
        Feed<InvalidSafetensorsException>(count, (File.ReadAllBytes(Single), bytes =>
        {
            File.WriteAllBytes(Single, bytes);
            using var checkpoint = SafetensorsCheckpoint.Open(folder);
            _ = checkpoint.Find("a.weight") is null ? null : Nf4Tensors.Find(checkpoint, "a.weight");
        }
        ));
    }

    [Fact]
    public void A_text_with_half_a_surrogate_pair_is_refused_when_it_is_read()
    {
        Assert.Throws<InvalidModelConfigException>(() => PeftAdapterConfig.Parse("{\"peft_type\":\"LORA\",\"target_modules\":[\"a\"],\"revision\":\"\\ud800\"}"u8));
        Assert.Throws<InvalidModelConfigException>(() => HfModelConfig.Parse("{\"model_type\":\"llama\",\"x\":{\"y\":\"\\ud800\"}}"u8.ToArray(), default));
        Assert.Throws<InvalidModelConfigException>(() => HfModelConfig.Parse("{\"model_type\":\"llama\",\"x\":\"\xFF\"}".Select(letter => (byte)letter).ToArray(), default));
    }

    private static void AdapterConfigurations(int count) => Feed<InvalidModelConfigException>(count, (Encoding.UTF8.GetBytes(
        """
        {"peft_type":"LORA","r":8,"lora_alpha":16,"lora_dropout":0.05,"use_rslora":true,"use_dora":false,"bias":"none","fan_in_fan_out":false,"init_lora_weights":"gaussian",
         "target_modules":["q_proj","layers.0.mlp.up_proj"],"exclude_modules":".*lm_head","modules_to_save":["norm"],"layers_to_transform":[0,1],"layers_pattern":"layers",
         "rank_pattern":{"^model.*k_proj":4,"down_proj":2},"alpha_pattern":{"o_proj":3.5},"base_model_name_or_path":"a/b","revision":null,"megatron_config":{"x":[1]}}
        """), Use), (Encoding.UTF8.GetBytes("""{"peft_type":"LORA","r":8,"target_modules":"model\\.layers\\.(0|1)\\.self_attn\\.[qk]_proj"}"""), Use));

    private static void Use(byte[] bytes)
    {
        var config = PeftAdapterConfig.Parse(bytes);
        foreach (string module in (string[])["model.layers.0.self_attn.q_proj", "model.layers.11.mlp.down_proj", "lm_head", ""])
        {
            Assert.True(double.IsFinite(config.ScaleOf(module)) && config.RankOf(module) >= 1);
            _ = config.Targets(module) || config.Saves(module);
        }

        Assert.NotEmpty(config.ToJson());
    }

    private static void ModelConfigurations(int count)
    {
        byte[] config = Encoding.UTF8.GetBytes("""{"model_type":"llama","dtype":"bfloat16","hidden_size":64,"num_hidden_layers":2,"vocab_size":100,"eos_token_id":[1,2],"rope_scaling":{"factor":2.0},"x":null}""");
        byte[] generation = Encoding.UTF8.GetBytes("""{"eos_token_id":[3,4],"temperature":0.6}""");
        Feed<InvalidModelConfigException>(count, (config, bytes => HfModelConfig.Parse(bytes, generation)), (generation, bytes => HfModelConfig.Parse(config, bytes)));
    }

    private static TensorContent Tensor(string name, long[] shape) => new(name, TensorDtype.F32, shape, new byte[4 * shape.Aggregate(1L, (count, size) => count * size)]);

    private static void Touch(SafetensorsFile file)
    {
        int sum = 0;
        foreach (var entry in file.Header.Tensors)
        {
            foreach (byte value in file.Bytes(entry))
            {
                sum += value;
            }
        }

        Assert.True(sum >= 0);
    }

    private static void Feed<TRefusal>(int count, params (byte[] File, Action<byte[]> Read)[] files)
        where TRefusal : Exception
    {
        foreach (var (file, read) in files)
        {
            int share = count / files.Length;
            Assert.InRange(Mutations.Feed<TRefusal>(file, share, read), 1, share - 1);
        }
    }
}
