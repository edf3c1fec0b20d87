using System.Text.Json;
using Assay.Data.Formats;

namespace Assay.Models.Families;

/// <summary>A model configuration on its way into a family's record; everything it refuses is named.</summary>
internal sealed class ConfigFields(HfModelConfig source)
{
    private static readonly JsonSerializerOptions Hub = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    // Known to leave the forward arithmetic alone, at least without dropout, which the engine does not apply to a base model.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "architectures", "model_type", "dtype", "torch_dtype", "transformers_version", "use_cache", "initializer_range",
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "unk_token_id",
        "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "pretraining_tp", "auto_map",
        "id2label", "label2id", "num_labels", "problem_type", "task_specific_params", "finetuning_task", "tokenizer_class",
        "output_attentions", "output_hidden_states", "return_dict", "torchscript", "use_bfloat16", "is_decoder",
        "do_sample", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "num_beams",
        "num_beam_groups", "num_return_sequences", "max_length", "min_length", "max_new_tokens", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "diversity_penalty", "chunk_size_feed_forward", "remove_invalid_values",
        "is_llama_config", "transformers.js_config", "unsloth_fixed", "unsloth_version", "model_max_length", "max_sequence_length",
    };

    // Absent means this value: any other changes the arithmetic of a plain decoder.
    private static readonly Dictionary<string, string> Neutral = new(StringComparer.Ordinal)
    {
        ["partial_rotary_factor"] = "1.0",
        ["position_embedding_type"] = "\"rope\"",
        ["logit_scale"] = "1.0",
        ["embedding_multiplier"] = "1.0",
        ["residual_multiplier"] = "1.0",
        ["logits_scaling"] = "1.0",
    };

    /// <summary>The field's value, or null when absent or null.</summary>
    public JsonElement? this[string name] =>
        source.Fields.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>The family's record; nulls count as absent.</summary>
    /// <exception cref="InvalidModelConfigException">A required field is missing, or one has the wrong type.</exception>
    public T As<T>()
    {
        try
        {
            var present = source.Fields.Where(field => field.Value.ValueKind is not JsonValueKind.Null).ToDictionary();
            return JsonSerializer.SerializeToElement(present, Hub).Deserialize<T>(Hub)!;
        }
        catch (JsonException error)
        {
            throw new InvalidModelConfigException($"config.json does not fit model_type '{source.ModelType}': {error.Message}", error);
        }
    }

    /// <summary>Refuses every field that is neither the record's, nor harmless, nor without effect.</summary>
    /// <param name="record">The family's record; its parameters are the understood fields.</param>
    public void RefuseUnknown(Type record)
    {
        var understood = record.GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).ToHashSet();
        foreach (var (name, value) in source.Fields)
        {
            if (!understood.Contains(name) && !Harmless.Contains(name) && !name.StartsWith('_') && !WithoutEffect(name, value))
            {
                throw new InvalidModelConfigException(
                    $"config.json: {name} = {Shortened(value)} is not understood for model_type '{source.ModelType}' and may change the arithmetic, so the model is refused.");
            }
        }
    }

    /// <summary>Refuses a field whose value breaks a rule.</summary>
    public void Require(string name, bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidModelConfigException($"config.json: {name} = {(this[name] is { } value ? Shortened(value) : "absent")}: {rule}.");
        }
    }

    private static bool WithoutEffect(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => Neutral.TryGetValue(name, out string? neutral)
            && (value.GetRawText() == neutral || (value.ValueKind is JsonValueKind.Number && value.GetDouble() == 1)),
    };

    private static string Shortened(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
