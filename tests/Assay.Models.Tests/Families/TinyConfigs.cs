using System.Text;
using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Models.Tests.Families;

/// <summary>A small configuration of every family, with as many of its options as it has.</summary>
internal static class TinyConfigs
{
    private const string Rope = "\"max_position_embeddings\":64,\"rope_theta\":1000.0";
    private const string Sizes = "\"hidden_size\":24,\"intermediate_size\":32,\"num_attention_heads\":4,\"num_hidden_layers\":2,\"vocab_size\":40";
    private const string Grouped = Sizes + ",\"num_key_value_heads\":2";
    private const string Latent = Sizes + ",\"kv_lora_rank\":10,\"qk_nope_head_dim\":6,\"qk_rope_head_dim\":4,\"v_head_dim\":8,\"moe_intermediate_size\":12,\"n_routed_experts\":8,\"n_shared_experts\":1,\"num_experts_per_tok\":3,\"first_k_dense_replace\":1,\"routed_scaling_factor\":1.5";
    private const string Yarn = "\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4,\"mscale\":0.7,\"mscale_all_dim\":0.7,\"original_max_position_embeddings\":16,\"beta_fast\":32,\"beta_slow\":1}";

    /// <summary>By <c>model_type</c>, in the order of <see cref="ModelFamily.All"/>.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["gpt2"] = "\"n_embd\":24,\"n_head\":4,\"n_layer\":2,\"n_positions\":64,\"vocab_size\":40,\"activation_function\":\"gelu_new\",\"layer_norm_epsilon\":1e-5,\"scale_attn_by_inverse_layer_idx\":true",
        ["llama"] = $"{Grouped},{Rope},\"head_dim\":8,\"attention_bias\":true,\"mlp_bias\":true,\"rope_scaling\":{{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4,\"original_max_position_embeddings\":16}}",
        ["mistral"] = $"{Grouped},{Rope},\"sliding_window\":5",
        ["qwen2"] = $"{Grouped},{Rope},\"use_sliding_window\":true,\"sliding_window\":4,\"max_window_layers\":1",
        ["qwen3"] = $"{Grouped},{Rope},\"head_dim\":8,\"tie_word_embeddings\":true,\"use_sliding_window\":true,\"sliding_window\":4,\"layer_types\":[\"full_attention\",\"sliding_attention\"]",
        ["deepseek_v2"] = $"{Latent},{Rope},{Yarn},\"topk_method\":\"group_limited_greedy\",\"n_group\":4,\"topk_group\":2,\"q_lora_rank\":12",
        ["deepseek_v3"] = $"{Latent},{Rope},{Yarn},\"n_group\":2,\"topk_group\":1,\"norm_topk_prob\":true,\"rope_interleave\":false,\"num_nextn_predict_layers\":1,\"attention_bias\":true,\"q_lora_rank\":12",
        ["bloom"] = "\"n_embed\":24,\"num_attention_heads\":6,\"n_layer\":2,\"vocab_size\":40,\"layer_norm_epsilon\":1e-5,\"seq_length\":64",
        ["chatglm"] = "\"hidden_size\":24,\"ffn_hidden_size\":32,\"kv_channels\":8,\"multi_query_attention\":true,\"multi_query_group_num\":2,\"num_attention_heads\":4,\"num_layers\":2,\"padded_vocab_size\":40,\"seq_length\":64,\"add_qkv_bias\":true,\"add_bias_linear\":true,\"rope_ratio\":2",
        ["glm"] = $"{Grouped},{Rope},\"head_dim\":8,\"attention_bias\":true,\"partial_rotary_factor\":0.5",
        ["glm4"] = $"{Grouped},\"max_position_embeddings\":64,\"rope_parameters\":{{\"rope_type\":\"default\",\"rope_theta\":1000.0,\"partial_rotary_factor\":0.5}},\"head_dim\":8",
        ["mixtral"] = $"{Grouped},{Rope},\"num_local_experts\":4,\"num_experts_per_tok\":2,\"sliding_window\":6,\"head_dim\":null",
        ["qwen2_moe"] = $"{Grouped},{Rope},\"moe_intermediate_size\":12,\"shared_expert_intermediate_size\":16,\"num_experts\":4,\"num_experts_per_tok\":2,\"decoder_sparse_step\":2,\"mlp_only_layers\":[0]",
        ["qwen3_moe"] = $"{Grouped},{Rope},\"head_dim\":8,\"moe_intermediate_size\":12,\"num_experts\":4,\"num_experts_per_tok\":2,\"norm_topk_prob\":true",
        ["gemma"] = $"{Grouped},{Rope},\"head_dim\":8,\"hidden_act\":\"gelu\"",
        ["gemma2"] = $"{Grouped},{Rope},\"head_dim\":8,\"query_pre_attn_scalar\":12,\"attn_logit_softcapping\":3.0,\"final_logit_softcapping\":2.0,\"sliding_window\":4",
        ["falcon"] = "\"hidden_size\":24,\"num_attention_heads\":4,\"num_kv_heads\":2,\"num_hidden_layers\":2,\"vocab_size\":40,\"max_position_embeddings\":64,\"new_decoder_architecture\":true,\"bias\":true,\"ffn_hidden_size\":32,\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}",
        ["phi3"] = $"{Grouped},{Rope},\"original_max_position_embeddings\":16,\"rope_scaling\":{{\"type\":\"longrope\",\"long_factor\":[1.5,2,3],\"short_factor\":[1,1.1,1.2]}}",
        ["gpt_neox"] = $"{Sizes},\"max_position_embeddings\":64,\"rotary_emb_base\":1000,\"rotary_pct\":0.67,\"layer_norm_eps\":1e-5,\"use_parallel_residual\":true,\"rope_scaling\":{{\"type\":\"dynamic\",\"factor\":2}}",
    };

    /// <summary>The families' types, for theories.</summary>
    public static TheoryData<string> Types { get; } = [.. All.Keys];

    /// <summary>The configuration of a family with some fields replaced or added; a value is JSON.</summary>
    public static string Json(string type, params (string Field, string Value)[] changes)
    {
        var config = JsonNode.Parse($"{{\"model_type\":\"{type}\",{All[type]}}}")!;
        foreach (var (field, value) in changes)
        {
            config[field] = JsonNode.Parse(value);
        }

        return config.ToJsonString();
    }

    /// <summary>The plan of such a configuration without one of its fields.</summary>
    public static DecoderPlan Plan(string type, string? absent, params (string Field, string Value)[] changes)
    {
        var config = JsonNode.Parse(Json(type, changes))!.AsObject();
        _ = absent is null || config.Remove(absent);
        return ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString()), default), null);
    }

    /// <summary>The plan of such a configuration.</summary>
    public static DecoderPlan Plan(string type, params (string Field, string Value)[] changes) =>
        ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(Json(type, changes)), default), null);
}
