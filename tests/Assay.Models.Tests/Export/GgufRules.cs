namespace Assay.Models.Tests.Export;

/// <summary>Which hub weight a GGUF tensor is, written down a second time, from the format's side: <c>file name = hub name [: how the rows were changed]</c>.</summary>
/// <remarks>{i} is the block, {e} an expert; of two lines for one name the later one counts.</remarks>
internal static class GgufRules
{
    public const string Llama =
        """
        token_embd.weight = model.embed_tokens.weight
        output_norm.weight = model.norm.weight
        output.weight = lm_head.weight
        blk.{i}.attn_norm.weight = model.layers.{i}.input_layernorm.weight
        blk.{i}.ffn_norm.weight = model.layers.{i}.post_attention_layernorm.weight
        blk.{i}.attn_q.weight = model.layers.{i}.self_attn.q_proj.weight : pairs
        blk.{i}.attn_k.weight = model.layers.{i}.self_attn.k_proj.weight : pairs
        blk.{i}.attn_v.weight = model.layers.{i}.self_attn.v_proj.weight
        blk.{i}.attn_output.weight = model.layers.{i}.self_attn.o_proj.weight
        blk.{i}.ffn_gate.weight = model.layers.{i}.mlp.gate_proj.weight
        blk.{i}.ffn_up.weight = model.layers.{i}.mlp.up_proj.weight
        blk.{i}.ffn_down.weight = model.layers.{i}.mlp.down_proj.weight
        """;

    public const string HalfSplit =
        """
        blk.{i}.attn_q.weight = model.layers.{i}.self_attn.q_proj.weight
        blk.{i}.attn_k.weight = model.layers.{i}.self_attn.k_proj.weight
        """;

    public const string QkvBiases =
        """
        blk.{i}.attn_q.bias = model.layers.{i}.self_attn.q_proj.bias
        blk.{i}.attn_k.bias = model.layers.{i}.self_attn.k_proj.bias
        blk.{i}.attn_v.bias = model.layers.{i}.self_attn.v_proj.bias
        """;

    public const string QkNorms =
        """
        blk.{i}.attn_q_norm.weight = model.layers.{i}.self_attn.q_norm.weight
        blk.{i}.attn_k_norm.weight = model.layers.{i}.self_attn.k_norm.weight
        """;

    public const string Experts =
        """
        blk.{i}.ffn_gate_inp.weight = model.layers.{i}.mlp.gate.weight
        blk.{i}.ffn_gate_exps.weight = model.layers.{i}.mlp.experts.{e}.gate_proj.weight : stack
        blk.{i}.ffn_up_exps.weight = model.layers.{i}.mlp.experts.{e}.up_proj.weight : stack
        blk.{i}.ffn_down_exps.weight = model.layers.{i}.mlp.experts.{e}.down_proj.weight : stack
        """;

    public static IReadOnlyDictionary<string, string[]> ByGolden { get; } = new Dictionary<string, string[]>
    {
        ["llama2"] = [Llama],
        ["llama3"] = [Llama],
        ["deepseek_llm"] = [Llama],
        ["mistral"] = [Llama],
        ["qwen2"] = [Llama, HalfSplit, QkvBiases],
        ["qwen3"] = [Llama, HalfSplit, QkNorms],
        ["mixtral"] =
        [
            Llama,
            """
            blk.{i}.ffn_gate_inp.weight = model.layers.{i}.block_sparse_moe.gate.weight
            blk.{i}.ffn_gate_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight : stack
            blk.{i}.ffn_up_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w3.weight : stack
            blk.{i}.ffn_down_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w2.weight : stack
            """,
        ],
        ["qwen2_moe"] =
        [
            Llama, HalfSplit, QkvBiases, Experts,
            """
            blk.{i}.ffn_gate_shexp.weight = model.layers.{i}.mlp.shared_expert.gate_proj.weight
            blk.{i}.ffn_up_shexp.weight = model.layers.{i}.mlp.shared_expert.up_proj.weight
            blk.{i}.ffn_down_shexp.weight = model.layers.{i}.mlp.shared_expert.down_proj.weight
            blk.{i}.ffn_gate_inp_shexp.weight = model.layers.{i}.mlp.shared_expert_gate.weight
            """,
        ],
        ["qwen3_moe"] = [Llama, HalfSplit, QkNorms, Experts],
        ["gpt2"] =
        [
            """
            token_embd.weight = transformer.wte.weight
            output.weight = transformer.wte.weight
            position_embd.weight = transformer.wpe.weight
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.ln_1.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.ln_1.bias
            blk.{i}.ffn_norm.weight = transformer.h.{i}.ln_2.weight
            blk.{i}.ffn_norm.bias = transformer.h.{i}.ln_2.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.attn.c_attn.weight : transposed
            blk.{i}.attn_qkv.bias = transformer.h.{i}.attn.c_attn.bias
            blk.{i}.attn_output.weight = transformer.h.{i}.attn.c_proj.weight : transposed
            blk.{i}.attn_output.bias = transformer.h.{i}.attn.c_proj.bias
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.c_fc.weight : transposed
            blk.{i}.ffn_up.bias = transformer.h.{i}.mlp.c_fc.bias
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.c_proj.weight : transposed
            blk.{i}.ffn_down.bias = transformer.h.{i}.mlp.c_proj.bias
            """,
        ],
        ["bloom"] =
        [
            """
            token_embd.weight = transformer.word_embeddings.weight
            output.weight = transformer.word_embeddings.weight
            token_embd_norm.weight = transformer.word_embeddings_layernorm.weight
            token_embd_norm.bias = transformer.word_embeddings_layernorm.bias
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.input_layernorm.bias
            blk.{i}.ffn_norm.weight = transformer.h.{i}.post_attention_layernorm.weight
            blk.{i}.ffn_norm.bias = transformer.h.{i}.post_attention_layernorm.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.self_attention.query_key_value.weight : heads
            blk.{i}.attn_qkv.bias = transformer.h.{i}.self_attention.query_key_value.bias : heads
            blk.{i}.attn_output.weight = transformer.h.{i}.self_attention.dense.weight
            blk.{i}.attn_output.bias = transformer.h.{i}.self_attention.dense.bias
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_up.bias = transformer.h.{i}.mlp.dense_h_to_4h.bias
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.dense_4h_to_h.weight
            blk.{i}.ffn_down.bias = transformer.h.{i}.mlp.dense_4h_to_h.bias
            """,
        ],
        ["gpt_neox"] =
        [
            """
            token_embd.weight = gpt_neox.embed_in.weight
            output.weight = embed_out.weight
            output_norm.weight = gpt_neox.final_layer_norm.weight
            output_norm.bias = gpt_neox.final_layer_norm.bias
            blk.{i}.attn_norm.weight = gpt_neox.layers.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = gpt_neox.layers.{i}.input_layernorm.bias
            blk.{i}.ffn_norm.weight = gpt_neox.layers.{i}.post_attention_layernorm.weight
            blk.{i}.ffn_norm.bias = gpt_neox.layers.{i}.post_attention_layernorm.bias
            blk.{i}.attn_qkv.weight = gpt_neox.layers.{i}.attention.query_key_value.weight : heads
            blk.{i}.attn_qkv.bias = gpt_neox.layers.{i}.attention.query_key_value.bias : heads
            blk.{i}.attn_output.weight = gpt_neox.layers.{i}.attention.dense.weight
            blk.{i}.attn_output.bias = gpt_neox.layers.{i}.attention.dense.bias
            blk.{i}.ffn_up.weight = gpt_neox.layers.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_up.bias = gpt_neox.layers.{i}.mlp.dense_h_to_4h.bias
            blk.{i}.ffn_down.weight = gpt_neox.layers.{i}.mlp.dense_4h_to_h.weight
            blk.{i}.ffn_down.bias = gpt_neox.layers.{i}.mlp.dense_4h_to_h.bias
            """,
        ],
        ["falcon"] =
        [
            """
            token_embd.weight = transformer.word_embeddings.weight
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.input_layernorm.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.self_attention.query_key_value.weight
            blk.{i}.attn_output.weight = transformer.h.{i}.self_attention.dense.weight
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.dense_4h_to_h.weight
            """,
        ],
        ["gemma"] =
        [
            Llama, HalfSplit,
            """
            output_norm.weight = model.norm.weight : plus one
            blk.{i}.attn_norm.weight = model.layers.{i}.input_layernorm.weight : plus one
            blk.{i}.ffn_norm.weight = model.layers.{i}.post_attention_layernorm.weight : plus one
            """,
        ],
        ["phi3"] =
        [
            Llama,
            """
            blk.{i}.attn_qkv.weight = model.layers.{i}.self_attn.qkv_proj.weight
            blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight
            """,
        ],
        ["glm4"] =
        [
            Llama, HalfSplit, QkvBiases,
            """
            blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight
            blk.{i}.post_attention_norm.weight = model.layers.{i}.post_self_attn_layernorm.weight
            blk.{i}.post_ffw_norm.weight = model.layers.{i}.post_mlp_layernorm.weight
            """,
        ],
        ["chatglm2"] =
        [
            """
            token_embd.weight = transformer.embedding.word_embeddings.weight
            output_norm.weight = transformer.encoder.final_layernorm.weight
            output.weight = transformer.output_layer.weight
            blk.{i}.attn_norm.weight = transformer.encoder.layers.{i}.input_layernorm.weight
            blk.{i}.ffn_norm.weight = transformer.encoder.layers.{i}.post_attention_layernorm.weight
            blk.{i}.attn_qkv.weight = transformer.encoder.layers.{i}.self_attention.query_key_value.weight
            blk.{i}.attn_qkv.bias = transformer.encoder.layers.{i}.self_attention.query_key_value.bias
            blk.{i}.attn_output.weight = transformer.encoder.layers.{i}.self_attention.dense.weight
            blk.{i}.ffn_up.weight = transformer.encoder.layers.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_down.weight = transformer.encoder.layers.{i}.mlp.dense_4h_to_h.weight
            """,
        ],
    };
}
