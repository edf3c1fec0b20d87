using System.Text.Json;

namespace Assay.Models.Families;

/// <summary>Fields of a configuration that leave the forward arithmetic of every family alone, by name or by value.</summary>
internal static class HarmlessFields
{
    // Descriptions, training settings, defaults of sampling, and ids. Dropout is not applied to a base model.
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "architectures", "model_type", "dtype", "torch_dtype", "transformers_version", "use_cache", "cache_implementation", "initializer_range",
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "unk_token_id", "bos_token", "eos_token",
        "attention_dropout", "hidden_dropout", "classifier_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "summary_first_dropout",
        "summary_activation", "summary_proj_to_labels", "summary_type", "summary_use_proj", "pretraining_tp", "auto_map", "custom_pipelines", "output_past", "predict_special_tokens", "n_special",
        "router_aux_loss_coef", "router_jitter_noise", "output_router_logits", "aux_loss_alpha", "seq_aux", "ep_size",
        "id2label", "label2id", "num_labels", "problem_type", "task_specific_params", "finetuning_task", "tokenizer_class",
        "output_attentions", "output_hidden_states", "return_dict", "torchscript", "use_bfloat16", "is_decoder",
        "do_sample", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "num_beams",
        "num_beam_groups", "num_return_sequences", "max_length", "min_length", "max_new_tokens", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "diversity_penalty", "chunk_size_feed_forward", "remove_invalid_values",
        "quantization_config", // what it says of the weights is checked by QuantisationConfig
        "is_llama_config", "transformers.js_config", "unsloth_fixed", "unsloth_version", "model_max_length", "max_sequence_length",
    };

    // Absent means this value; any other changes the arithmetic of a plain decoder.
    private static readonly Dictionary<string, string> Neutral = new(StringComparer.Ordinal)
    {
        ["partial_rotary_factor"] = "1",
        ["position_embedding_type"] = "\"rope\"",
        ["logit_scale"] = "1",
        ["embedding_multiplier"] = "1",
        ["residual_multiplier"] = "1",
        ["logits_scaling"] = "1",
        ["interpolate_factor"] = "1",
        ["full_attn_mod"] = "1",
    };

    /// <summary>Whether a field that a family does not read may be ignored: known by name, or without effect by value (null, false, empty, a neutral number).</summary>
    public static bool Contains(string name, JsonElement value) => Names.Contains(name) || name.StartsWith('_') || value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Number => Neutral.GetValueOrDefault(name) == "1" && value.GetDouble() == 1,
        _ => Neutral.TryGetValue(name, out string? neutral) && value.GetRawText() == neutral,
    };
}
