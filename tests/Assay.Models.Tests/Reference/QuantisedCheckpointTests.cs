using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Reference;

/// <summary>Checkpoints whose linear layers are stored in NF4.</summary>
public sealed class QuantisedCheckpointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-quantised-").FullName;

    public static TheoryData<string> Types => TinyConfigs.Types;

    private string File => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_family_is_loaded_with_the_dequantised_weights(string type)
    {
        var plan = TinyConfigs.Plan(type);
        using var model = ReferenceModel.Initialise(plan, 5);
        var expected = Write(model, nested: type != "llama");
        using var checkpoint = SafetensorsCheckpoint.OpenFile(File);
        WeightNames.CheckShapes(plan, checkpoint);

        using var loaded = ReferenceModel.Load(plan, checkpoint);

        Assert.Equal(plan.Linears.Select(linear => $"{linear.Name}.weight").Order(StringComparer.Ordinal), loaded.Dequantised.Order(StringComparer.Ordinal));
        foreach (var linear in plan.Linears)
        {
            float[] stored = expected[$"{linear.Name}.weight"];
            using var value = loaded.Parameters[$"{linear.Name}.weight"];
            using var rows = linear.Transposed ? value.t().contiguous() : value.contiguous();
            Assert.Equal([linear.Out, linear.In], rows.shape);
            Assert.Equal(stored, rows.data<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_packed_path_and_decoding_compute_the_same_from_it(string type)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var plan = TinyConfigs.Plan(type);
        using var model = EveryFamilyTests.Make(plan);
        Write(model, nested: true);
        int[] ids = [5, 17, 3, 39, 0, 8, 21];
        var checkpoint = SafetensorsCheckpoint.OpenFile(File);
        using var reference = ReferenceModel.Load(plan, checkpoint);
        using var expected = reference.Logits(reference.Hidden(tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length), ForwardOptions.Default), null)[0];

        if (DecoderEngine.Unsupported(plan, null) is null)
        {
            foreach (var format in new[] { FrozenFormat.Fp32, FrozenFormat.Nf4Fp32 })
            {
                using var frozen = FrozenWeights.Load(plan, checkpoint, format, null);
                using var engine = new DecoderEngine(frozen, null);
                using var packed = engine.Logits(PackedTokens.Of([(ids, Enumerable.Repeat(PackedTokens.NotTrained, ids.Length).ToArray())]));
                Assert.InRange((packed - expected).abs().max().item<float>(), 0, 5e-5);
            }
        }

        using var weights = DecodeWeights.Open(plan, checkpoint, WeightFormat.Fp32);
        using var pool = new KvPool(weights, CacheFormat.Fp32, ids.Length + KvPool.PagePositions);
        using var decoder = new Decoder(weights);
        var sequence = pool.Reserve(ids.Length)!;
        for (int place = 0; place < ids.Length; place++)
        {
            float[] logits = new float[plan.Vocab];
            decoder.Forward([new DecodeRow(sequence, ids[place], place, place, ids.Length, null)], [0], logits);
            Assert.InRange((tensor(logits) - expected[place]).abs().max().item<float>(), 0, 5e-5);
        }
    }

    [Fact]
    public void Merging_into_a_quantised_base_gives_fp32_and_keeps_saying_which_weights_were_quantised()
    {
        using var model = TinyModel.Create();
        Write(model, nested: true);
        using var checkpoint = SafetensorsCheckpoint.OpenFile(File);
        using var loaded = ReferenceModel.Load(model.Plan, checkpoint);
        using var adapter = TinyModel.Adapter(model.Plan);

        using var merged = loaded.Merge(adapter);

        Assert.Equal(14, merged.Dequantised.Count);
        Assert.Equal(loaded.Dequantised, merged.Dequantised);
        Assert.All(merged.Parameters.Values, value => Assert.Equal(ScalarType.Float32, value.dtype));
    }

    [Fact]
    public void A_part_without_its_weight_and_a_weight_of_another_shape_are_refused()
    {
        using var model = TinyModel.Create();
        Write(model, nested: true, content => content.Name.Contains("layers.1.mlp.up_proj.weight.absmax", StringComparison.Ordinal) ? content with { Name = "model.layers.7.mlp.up_proj.weight.absmax" } : content);
        using (var checkpoint = SafetensorsCheckpoint.OpenFile(File))
        {
            Assert.Contains("unknown 1 weights", Assert.Throws<InvalidSafetensorsException>(() => ReferenceModel.Load(model.Plan, checkpoint)).Message, StringComparison.Ordinal);
        }

        Write(model, nested: true);
        using var whole = SafetensorsCheckpoint.OpenFile(File);
        var wider = TinyModel.Plan(TinyModel.Config.Replace("\"intermediate_size\":40", "\"intermediate_size\":48", StringComparison.Ordinal));
        Assert.Contains("has shape [40, 24]", Assert.Throws<InvalidSafetensorsException>(() => ReferenceModel.Load(wider, whole)).Message, StringComparison.Ordinal);
        Assert.Contains("has shape [40, 24]", Assert.Throws<InvalidSafetensorsException>(() => WeightNames.CheckShapes(wider, whole)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true,\"bnb_4bit_quant_type\":\"nf4\",\"bnb_4bit_use_double_quant\":true}", null)]
    [InlineData("{\"load_in_4bit\":true}", "bnb_4bit_quant_type")]
    [InlineData("{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}", "load_in_8bit")]
    [InlineData("{\"quant_method\":\"fp8\",\"weight_block_size\":[128,128]}", "\"fp8\"")]
    [InlineData("{\"quant_method\":\"gptq\",\"bits\":4}", "\"gptq\"")]
    [InlineData("[]", "must be an object")]
    public void Other_ways_of_storing_weights_are_refused_by_name(string quantisation, string? named)
    {
        var config = HfModelConfig.Parse(System.Text.Encoding.UTF8.GetBytes($"{TinyModel.Config[..^1]},\"quantization_config\":{quantisation}}}"), default);

        if (named is null)
        {
            Assert.Equal(2, ModelFamily.Plan(config, null).Blocks.Count);
        }
        else
        {
            Assert.Contains(named, Assert.Throws<InvalidModelConfigException>(() => ModelFamily.Plan(config, null)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_offset_of_double_quantisation_does_not_depend_on_the_thread_count()
    {
        var random = new CounterRandom(1, "scales");
        var scales = new PlainNf4Scales(Enumerable.Range(0, 200_003).Select(index => (float)random.Uniform(index)).ToArray());
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            float one = Nf4Weights.Mean(scales);
            set_num_threads(2);
            float two = Nf4Weights.Mean(scales);

            Assert.Equal(one, two);
            Assert.Equal(2, get_num_threads());
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Writes a model with its linear layers in NF4, as transformers would: transposed matrices turned first.</summary>
    /// <returns>The dequantised values by weight, [outputs, inputs].</returns>
    private Dictionary<string, float[]> Write(ReferenceModel model, bool nested, Func<TensorContent, TensorContent>? change = null)
    {
        var linears = model.Plan.Linears.ToDictionary(linear => $"{linear.Name}.weight");
        var expected = new Dictionary<string, float[]>();
        var contents = new List<TensorContent>();
        foreach (var (name, value) in model.Parameters)
        {
            if (linears.TryGetValue(name, out LinearModule? linear))
            {
                using var rows = linear.Transposed ? value.t().contiguous() : value.contiguous();
                var matrix = Nf4Weights.Quantise(MemoryMarshal.AsBytes<float>(rows.data<float>().ToArray()), TensorDtype.F32, [linear.Out, linear.In], nested);
                float[] back = new float[matrix.Elements];
                matrix.Dequantise(back);
                expected.Add(name, back);
                contents.AddRange(Nf4Tensors.Contents(name, matrix));
            }
            else
            {
                contents.Add(TensorBytes.Content(name, value, TensorDtype.F32));
            }
        }

        SafetensorsWriter.Write(File, change is null ? contents : contents.Select(change));
        return expected;
    }
}
