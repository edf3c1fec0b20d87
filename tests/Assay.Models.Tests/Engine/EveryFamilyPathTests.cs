using Assay.Models.Engine;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine;

/// <summary>The packed and the decoding path against the reference path, on options of every family that recorded results do not happen to have.</summary>
public sealed class EveryFamilyPathTests
{
    private static readonly Dictionary<string, (string Type, (string Field, string Value)[] Changes)> Variants = new(StringComparer.Ordinal)
    {
        ["gemma2 without caps"] = ("gemma2", [("attn_logit_softcapping", "null"), ("final_logit_softcapping", "null")]),
        ["gemma2 untied"] = ("gemma2", [("tie_word_embeddings", "false")]),
        ["falcon 7B"] = ("falcon", [("new_decoder_architecture", "false"), ("num_kv_heads", "4")]),
        ["falcon 11B"] = ("falcon", [("num_ln_in_parallel_attn", "1")]),
        ["falcon sequential"] = ("falcon", [("new_decoder_architecture", "false"), ("num_kv_heads", "4"), ("multi_query", "false"), ("parallel_attn", "false")]),
        ["gpt_neox sequential, dynamic"] = ("gpt_neox", [("use_parallel_residual", "false"), ("attention_bias", "false"), ("max_position_embeddings", "20")]),
        ["gpt2 untied, unscaled"] = ("gpt2", [("tie_word_embeddings", "false"), ("scale_attn_weights", "false"), ("activation_function", "\"gelu\"")]),
        ["phi3 in part, windowed"] = ("phi3", [("partial_rotary_factor", "0.67"), ("sliding_window", "9"), ("rope_scaling", "{\"type\":\"longrope\",\"long_factor\":[1.5,2],\"short_factor\":[1,1.1]}")]),
        ["deepseek_v2 direct queries, no shared expert"] = ("deepseek_v2", [("q_lora_rank", "null"), ("n_shared_experts", "null"), ("topk_method", "\"greedy\"")]),
        ["deepseek_v3 interleaved"] = ("deepseek_v3", [("rope_interleave", "true"), ("norm_topk_prob", "false")]),
        ["chatglm layer norms"] = ("chatglm", [("rmsnorm", "false"), ("add_bias_linear", "false")]),
        ["qwen2_moe all experts"] = ("qwen2_moe", [("decoder_sparse_step", "1"), ("mlp_only_layers", "[]"), ("norm_topk_prob", "true")]),
        ["llama yarn, one key head"] = ("llama", [("num_key_value_heads", "1"), ("rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":16}")]),
    };

    public static TheoryData<string> Cases => [.. TinyConfigs.All.Keys, .. Variants.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_packed_path_has_the_loss_and_gradients_of_the_reference_path(string name)
    {
        using var scope = NewDisposeScope();
        var plan = Plan(name);
        using var model = EveryFamilyTests.Make(plan);
        using var adapter = SelfTestModel.Adapter(plan, rank: 2);

        // A table of angles that depends on the longest sequence is shared by the whole call, so such a plan gets one sequence.
        var tokens = plan.Rope is { DependsOnLength: true } ? SelfTestModel.Tokens(plan.Vocab, 29) : SelfTestModel.Tokens(plan.Vocab, 29, 11, 2);
        var (loss, expected) = SelfTestModel.Reference(model, adapter, tokens, 1.0 / tokens.Supervised);

        using var weights = FrozenWeights.From(model, FrozenFormat.Fp32, adapter);
        using var engine = new DecoderEngine(weights, adapter);
        double own = engine.Accumulate(tokens, 1.0 / tokens.Supervised, null);

        Assert.Equal(loss, own, loss * 1e-5);
        double error = SelfTestModel.RelativeError(engine.Parameters.Select(parameter => parameter.Gradient), expected);
        Assert.True(error <= 1e-4, $"the gradients' relative error is {error}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_decoding_path_has_the_scores_of_the_reference_path(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var plan = Plan(name);
        using var model = EveryFamilyTests.Make(plan);
        int[] ids = SelfTestModel.Tokens(plan.Vocab, 29).Ids;
        float[] expected = model.Logits(model.Hidden(tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length), ForwardOptions.Default), null).contiguous().data<float>().ToArray();

        using var weights = DecodeWeights.Of(model, WeightFormat.Fp32);
        using var pool = new KvPool(weights, CacheFormat.Fp32, ids.Length + KvPool.PagePositions);
        using var decoder = new Decoder(weights);
        var sequence = pool.Reserve(ids.Length)!;
        float[] scores = new float[plan.Vocab];
        double worst = 0;
        for (int place = 0; place < ids.Length; place++)
        {
            decoder.Forward([new DecodeRow(sequence, ids[place], place, place, ids.Length, null)], [0], scores);
            worst = Math.Max(worst, scores.Zip(expected.AsSpan(place * plan.Vocab, plan.Vocab).ToArray(), (mine, theirs) => Math.Abs(mine - theirs)).Max());
        }

        Assert.InRange(worst, 0, 1e-4);
    }

    private static DecoderPlan Plan(string name) => Variants.TryGetValue(name, out var variant) ? TinyConfigs.Plan(variant.Type, variant.Changes) : TinyConfigs.Plan(name);
}
