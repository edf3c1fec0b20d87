using Assay.Data.Formats;
using Assay.Models.Families;
using Assay.Models.Generation;
using Assay.Models.Reference;
using static TorchSharp.torch;
using Generator = Assay.Models.Generation.Generator;

namespace Assay.Models.Tests.Families;

/// <summary>What holds for each family alike, on small models with random weights.</summary>
public sealed class EveryFamilyTests
{
    private static readonly long[] Ids = [5, 17, 3, 39, 0, 8, 21, 21, 30, 2, 11, 4, 9];

    [Fact]
    public void Every_family_has_a_small_configuration_here() =>
        Assert.Equal(ModelFamily.All.Select(family => family.ModelType), TinyConfigs.All.Keys);

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Its_weights_have_distinct_names_and_positive_shapes(string type)
    {
        var weights = TinyConfigs.Plan(type).Weights().ToList();

        Assert.Equal(weights.Count, weights.Select(weight => weight.Name).Distinct().Count());
        Assert.All(weights, weight => Assert.All(weight.Shape, size => Assert.True(size > 0)));
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Its_row_orders_are_permutations(string type)
    {
        var blocks = TinyConfigs.Plan(type).Blocks.SelectMany(block => block.Linears).SelectMany(linear => linear.Rows);

        Assert.All(blocks, block => Assert.Equal(Enumerable.Range(0, block.Module.Out), block.Order.HubRows(block.Module.Out).Order()));
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Token_by_token_with_a_cache_it_computes_the_same_as_at_once(string type)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var plan = TinyConfigs.Plan(type);
        using var model = Make(plan);
        var ids = tensor(Ids, 1, Ids.Length);
        var whole = model.Logits(model.Hidden(ids, ForwardOptions.Default), null);

        foreach (bool fused in new[] { false, true })
        {
            using var cache = new KvCache(plan, Ids.Length);
            var rows = Enumerable.Range(0, Ids.Length).Select(place => model.Logits(model.Hidden(ids.narrow(1, place, 1), new ForwardOptions { Cache = cache, FusedAttention = fused }), null));

            Assert.InRange((cat([.. rows], 1) - whole).abs().max().item<float>(), 0, 2e-5);
        }

        Assert.True(whole.std().item<float>() > 0.05, "The weights are too small for the comparison to mean anything.");
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void A_checkpoint_may_lack_the_prefix_and_carry_buffers(string type)
    {
        var plan = TinyConfigs.Plan(type);
        using var model = Make(plan);
        var folder = Directory.CreateTempSubdirectory("assay-family-");
        try
        {
            string Short(string name) => name.StartsWith(plan.Prefix, StringComparison.Ordinal) ? name[plan.Prefix.Length..] : name;
            var contents = model.Parameters.Select(weight => TensorBytes.Content(Short(weight.Key), weight.Value, TensorDtype.F32)).ToList();
            using var buffer = zeros(2);
            contents.AddRange(Buffers(type).Select(name => TensorBytes.Content(name, buffer, TensorDtype.F32)));
            SafetensorsWriter.Write(Path.Combine(folder.FullName, "model.safetensors"), contents);
            using var checkpoint = SafetensorsCheckpoint.Open(folder.FullName);

            using var loaded = ReferenceModel.Load(plan, checkpoint);

            Assert.All(loaded.Parameters, weight => Assert.True(weight.Value.equal(model.Parameters[weight.Key]).all().item<bool>(), weight.Key));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Across_the_switch_of_longrope_the_reference_generator_fills_its_cache_anew()
    {
        var plan = TinyConfigs.Plan("phi3");
        using var model = Make(plan);
        var generator = new Generator(model, null, new HashSet<int>(), TimeProvider.System);
        int[] prompt = [.. Ids.Select(id => (int)id)];
        var options = new GenerateOptions { Temperature = 0, MaxTokens = 12, IgnoreEnd = true };

        Assert.Equal(
            generator.Generate(prompt, options with { ExactRope = true }, null, null, CancellationToken.None).Ids,
            generator.Generate(prompt, options, null, null, CancellationToken.None).Ids);
    }

    [Fact]
    public void A_new_model_begins_with_norms_that_only_normalise()
    {
        using var scope = NewDisposeScope();
        using var gemma = ReferenceModel.Initialise(TinyConfigs.Plan("gemma"), 3);
        using var llama = ReferenceModel.Initialise(TinyConfigs.Plan("llama"), 3);

        Assert.Equal(0, gemma.Parameters["model.norm.weight"].abs().max().item<float>());
        Assert.Equal(1, llama.Parameters["model.norm.weight"].min().item<float>());
        Assert.Equal(0, llama.Parameters["model.layers.0.self_attn.q_proj.bias"].abs().max().item<float>());
    }

    /// <summary>Weights large enough that every part has a say, norms near 1, biases not 0.</summary>
    internal static ReferenceModel Make(Assay.Models.Engine.Plans.DecoderPlan plan)
    {
        var model = ReferenceModel.Initialise(plan, 11);
        foreach (var (name, value) in model.Parameters)
        {
            using var scope = NewDisposeScope();
            using var off = no_grad();
            var random = new CounterRandom(12, name);
            var noise = tensor(Enumerable.Range(0, (int)value.numel()).Select(index => (float)random.Normal(index)).ToArray(), value.shape);
            value.mul_(value.shape.Length > 1 ? 12 : 1).add_(value.shape.Length > 1 ? 0 : noise * 0.1);
        }

        return model;
    }

    private static string[] Buffers(string type) => type switch
    {
        "gpt2" => ["h.0.attn.bias", "transformer.h.1.attn.masked_bias"],
        "gpt_neox" => ["layers.0.attention.bias", "gpt_neox.layers.1.attention.masked_bias", "layers.0.attention.rotary_emb.inv_freq"],
        "chatglm" => ["rotary_pos_emb.inv_freq"],
        "deepseek_v3" => ["model.layers.2.eh_proj.weight", "model.layers.0.self_attn.rotary_emb.inv_freq"],
        "llama" => ["model.layers.0.self_attn.rotary_emb.inv_freq"],
        "qwen3" or "gemma" or "falcon" or "bloom" => ["lm_head.weight"],
        _ => [],
    };
}
