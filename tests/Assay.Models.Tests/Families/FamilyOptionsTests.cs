using System.Text;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Models.Tests.Families;

/// <summary>Options of published configurations, as they show in the plan.</summary>
public sealed class FamilyOptionsTests
{
    [Fact]
    public void Gpt2_scales_scores_by_width_and_layer()
    {
        double Scale(int layer, params (string, string)[] changes) => TinyConfigs.Plan("gpt2", changes).Blocks[layer].Attention.Scale;

        Assert.Equal(1 / Math.Sqrt(6), Scale(0), 1e-12);
        Assert.Equal(0.5 / Math.Sqrt(6), Scale(1), 1e-12);
        Assert.Equal(1 / Math.Sqrt(6), Scale(1, ("scale_attn_by_inverse_layer_idx", "false")), 1e-12);
        Assert.Equal(0.5, Scale(1, ("scale_attn_weights", "false")), 1e-12);
    }

    [Fact]
    public void Gpt2_has_its_own_inner_width_and_may_untie_its_head()
    {
        var plan = TinyConfigs.Plan("gpt2", ("n_inner", "40"), ("tie_word_embeddings", "false"));

        Assert.Equal(40, Assert.IsType<PlainMlp>(plan.Blocks[0].Mlp).Up.Out);
        Assert.Equal(96, Assert.IsType<PlainMlp>(TinyConfigs.Plan("gpt2").Blocks[0].Mlp).Up.Out);
        Assert.Equal(("lm_head.weight", false), (plan.Head.Table, plan.Head.Tied));
        Assert.All(plan.Linears, linear => Assert.True(linear is { Transposed: true, Bias: true }));
    }

    [Theory]
    [InlineData("llama", "attention_bias", "q_proj k_proj v_proj o_proj")]
    [InlineData("qwen3", "attention_bias", "q_proj k_proj v_proj o_proj")]
    [InlineData("glm", "attention_bias", "q_proj k_proj v_proj")]
    [InlineData("gemma", "attention_bias", "q_proj k_proj v_proj o_proj")]
    [InlineData("qwen2_moe", "qkv_bias", "q_proj k_proj v_proj")]
    [InlineData("qwen2", "", "q_proj k_proj v_proj")]
    [InlineData("mistral", "", "")]
    [InlineData("deepseek_v3", "attention_bias", "q_a_proj kv_a_proj_with_mqa o_proj")]
    public void Biases_are_where_the_published_code_has_them(string type, string field, string named)
    {
        (string, string)[] on = field.Length == 0 ? [] : [(field, "true")];
        var attention = TinyConfigs.Plan(type, on).Blocks[0].Attention;

        Assert.Equal(named, string.Join(' ', attention.Linears.SelectMany(linear => linear.Modules).Where(module => module.Bias).Select(module => module.Name.Split('.')[^1])));
        if (field.Length > 0)
        {
            Assert.DoesNotContain(TinyConfigs.Plan(type, (field, "false")).Blocks[0].Attention.Linears, linear => linear.Bias);
        }
    }

    [Fact]
    public void A_checkpoint_without_a_head_ties_it_and_one_beside_a_tied_head_is_ignored()
    {
        HeadPlan Head(string type, string[]? names, params (string, string)[] changes) =>
            ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(TinyConfigs.Json(type, changes)), default), names).Head;

        Assert.Equal("lm_head.weight", Head("llama", null).Table);
        Assert.Equal("model.embed_tokens.weight", Head("llama", ["model.embed_tokens.weight"]).Table);
        Assert.Equal("lm_head.weight", Head("llama", ["lm_head.weight"]).Table);
        Assert.True(Head("llama", ["lm_head.weight"], ("tie_word_embeddings", "true")).Tied);
        Assert.Equal("transformer.output_layer.weight", Head("chatglm", ["output_layer.weight"]).Table);
        Assert.Equal("embed_out.weight", Head("gpt_neox", ["embed_out.weight"]).Table);
        Assert.True(Head("gemma", null).Tied);
        Assert.False(Head("falcon", null, ("tie_word_embeddings", "false")).Tied);
    }

    [Fact]
    public void DeepSeek_layers_are_dense_first_then_experts_at_a_step()
    {
        string Kinds(params (string, string)[] changes) => string.Concat(TinyConfigs.Plan("deepseek_v2", [("num_hidden_layers", "5"), .. changes]).Blocks.Select(block => block.Mlp is ExpertsMlp ? 'e' : 'd'));

        Assert.Equal("deeee", Kinds());
        Assert.Equal("dddee", Kinds(("first_k_dense_replace", "3")));
        Assert.Equal("ddede", Kinds(("first_k_dense_replace", "1"), ("moe_layer_freq", "2")));
        Assert.Equal("ddddd", Kinds(("n_routed_experts", "null")));
    }

    [Fact]
    public void DeepSeek_queries_are_compressed_or_not_and_experts_shared_or_not()
    {
        var direct = TinyConfigs.Plan("deepseek_v2", ("q_lora_rank", "null"), ("n_shared_experts", "null"));
        var compressed = TinyConfigs.Plan("deepseek_v2", ("n_shared_experts", "2"));

        Assert.Null(Assert.IsType<LatentAttention>(direct.Blocks[1].Attention).QueryDown);
        Assert.Equal("model.layers.1.self_attn.q_proj", direct.Blocks[1].Attention.Linears.First().Modules.Single().Name);
        Assert.Equal(12, Assert.IsType<LatentAttention>(compressed.Blocks[1].Attention).QueryNorm!.Width);
        Assert.Null(Assert.IsType<ExpertsMlp>(direct.Blocks[1].Mlp).Shared);
        Assert.Equal(24, Assert.IsType<ExpertsMlp>(compressed.Blocks[1].Mlp).Shared!.Down.In);
        Assert.Equal(new RouterGroups(4, 2, 1), Assert.IsType<ExpertsMlp>(compressed.Blocks[1].Mlp).Router.Groups);
        Assert.Null(Assert.IsType<ExpertsMlp>(TinyConfigs.Plan("deepseek_v2", ("topk_method", "\"greedy\"")).Blocks[1].Mlp).Router.Groups);
    }

    [Fact]
    public void DeepSeek_V3_chooses_with_a_buffer_that_is_not_trained()
    {
        var plan = TinyConfigs.Plan("deepseek_v3");
        var router = Assert.IsType<ExpertsMlp>(plan.Blocks[1].Mlp).Router;

        Assert.Equal((RouterScore.Sigmoid, true, 1.5, new RouterGroups(2, 1, 2)), (router.Score, router.Renormalise, router.Factor, router.Groups!));
        Assert.Equal(["model.layers.1.mlp.gate.e_score_correction_bias"], plan.Weights().Where(weight => !weight.Trained).Select(weight => weight.Name));
        Assert.Contains("model.layers.2.", plan.Unused);
        Assert.False(Assert.IsType<ExpertsMlp>(TinyConfigs.Plan("deepseek_v3", ("norm_topk_prob", "false")).Blocks[1].Mlp).Router.Renormalise);
    }

    [Fact]
    public void Qwen_layers_have_experts_at_a_step_unless_listed_as_dense()
    {
        string Kinds(params (string, string)[] changes) => string.Concat(TinyConfigs.Plan("qwen2_moe", [("num_hidden_layers", "4"), ("mlp_only_layers", "[]"), .. changes]).Blocks.Select(block => block.Mlp is ExpertsMlp ? 'e' : 'd'));

        Assert.Equal("dede", Kinds());
        Assert.Equal("eeee", Kinds(("decoder_sparse_step", "1")));
        Assert.Equal("edde", Kinds(("decoder_sparse_step", "1"), ("mlp_only_layers", "[1,2]")));
    }

    [Fact]
    public void NeoX_may_be_sequential_and_without_biases()
    {
        var plan = TinyConfigs.Plan("gpt_neox", ("use_parallel_residual", "false"), ("attention_bias", "false"));

        Assert.All(plan.Blocks, block => Assert.True(!block.Parallel && block.Pre2 is not null && !block.Attention.Linears.Any(linear => linear.Bias) && block.Mlp.Linears.All(linear => linear.Bias)));
        Assert.All(TinyConfigs.Plan("gpt_neox").Blocks, block => Assert.True(block.Parallel));
    }

    [Fact]
    public void ChatGlm_chooses_its_norm_and_its_biases()
    {
        var plan = TinyConfigs.Plan("chatglm", ("rmsnorm", "false"), ("add_bias_linear", "false"));

        Assert.Equal(NormKind.Layer, plan.FinalNorm.Kind);
        Assert.Equal(["query_key_value"], plan.Blocks[0].Linears.SelectMany(linear => linear.Modules).Where(module => module.Bias).Select(module => module.Name.Split('.')[^1]));
        Assert.Equal(20_000, plan.Rope!.Theta);
        Assert.True(plan.HiddenBeforeFinalNorm);
    }

    [Fact]
    public void Slopes_of_a_head_count_that_is_no_power_of_two_continue_with_every_other_of_the_next() =>
        Assert.Equal([0.25f, 0.0625f, 0.015625f, 0.00390625f, 0.5f, 0.125f], Assay.Models.Reference.AttentionOperators.AlibiSlopes(6));

    [Theory]
    [InlineData("gpt2", "n_embd", "25")]
    [InlineData("gpt2", "n_ctx", "32")]
    [InlineData("gpt2", "activation_function", "\"relu\"")]
    [InlineData("gpt2", "add_cross_attention", "true")]
    [InlineData("mistral", "num_key_value_heads", "3")]
    [InlineData("mistral", "hidden_act", "\"gelu\"")]
    [InlineData("qwen3", "use_qk_norm_variant", "1")]
    [InlineData("deepseek_v2", "topk_method", "\"noaux_tc\"")]
    [InlineData("deepseek_v2", "scoring_func", "\"sigmoid\"")]
    [InlineData("deepseek_v2", "norm_topk_prob", "true")]
    [InlineData("deepseek_v2", "n_group", "3")]
    [InlineData("deepseek_v2", "topk_group", "5")]
    [InlineData("deepseek_v2", "num_experts_per_tok", "5")]
    [InlineData("deepseek_v2", "num_key_value_heads", "2")]
    [InlineData("deepseek_v2", "head_dim", "8")]
    [InlineData("deepseek_v2", "qk_head_dim", "8")]
    [InlineData("deepseek_v2", "q_lora_rank", "0")]
    [InlineData("deepseek_v3", "topk_method", "\"greedy\"")]
    [InlineData("deepseek_v3", "scoring_func", "\"softmax\"")]
    [InlineData("deepseek_v3", "n_group", "8")]
    [InlineData("deepseek_v3", "routed_scaling_factor", "1e999")]
    [InlineData("deepseek_v3", "num_nextn_predict_layers", "100")]
    [InlineData("deepseek_v3", "n_shared_experts", "-1")]
    [InlineData("bloom", "apply_residual_connection_post_layernorm", "true")]
    [InlineData("bloom", "hidden_size", "48")]
    [InlineData("bloom", "n_head", "5")]
    [InlineData("bloom", "n_inner", "50")]
    [InlineData("chatglm", "multi_query_attention", "false")]
    [InlineData("chatglm", "post_layer_norm", "false")]
    [InlineData("chatglm", "original_rope", "false")]
    [InlineData("chatglm", "quantization_bit", "4")]
    [InlineData("chatglm", "pre_seq_len", "128")]
    [InlineData("chatglm", "interleaved_qkv", "true")]
    [InlineData("chatglm", "kv_channels", "6")]
    [InlineData("chatglm", "tie_word_embeddings", "true")]
    [InlineData("mixtral", "num_experts_per_tok", "5")]
    [InlineData("mixtral", "num_local_experts", "0")]
    [InlineData("qwen2_moe", "decoder_sparse_step", "0")]
    [InlineData("gemma", "hidden_activation", "\"gelu\"")]
    [InlineData("gemma2", "attn_logit_softcapping", "0")]
    [InlineData("gemma2", "query_pre_attn_scalar", "-1")]
    [InlineData("gemma2", "use_bidirectional_attention", "true")]
    [InlineData("falcon", "alibi", "true")]
    [InlineData("falcon", "parallel_attn", "false")]
    [InlineData("falcon", "num_ln_in_parallel_attn", "3")]
    [InlineData("falcon", "num_kv_heads", "3")]
    [InlineData("falcon", "ff_factor", "3")]
    [InlineData("phi3", "attention_bias", "true")]
    [InlineData("phi3", "lm_head_bias", "true")]
    [InlineData("phi3", "interpolate_factor", "2")]
    [InlineData("gpt_neox", "hidden_act", "\"relu\"")]
    [InlineData("gpt_neox", "layer_norm_eps", "0")]
    public void An_option_that_is_unknown_contradictory_or_not_supported_is_refused_by_name(string type, string field, string value) =>
        Assert.Contains(field, Assert.Throws<InvalidModelConfigException>(() => TinyConfigs.Plan(type, (field, value))).Message, StringComparison.Ordinal);
}
