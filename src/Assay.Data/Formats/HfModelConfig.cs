using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data.Formats;

/// <summary>The part of a Hugging Face model folder's <c>config.json</c> that all families share, and the whole object for the family's own record.</summary>
/// <param name="ModelType"><c>model_type</c>, such as <c>llama</c>.</param>
/// <param name="Dtype">Stored number format (<c>dtype</c>, formerly <c>torch_dtype</c>), if named.</param>
/// <param name="EndIds">Token ids that end a reply; <c>generation_config.json</c> wins over <c>config.json</c>.</param>
/// <param name="Fields">Every field of <c>config.json</c>.</param>
public sealed record HfModelConfig(string ModelType, string? Dtype, IReadOnlyList<int> EndIds, IReadOnlyDictionary<string, JsonElement> Fields)
{
    private const int LargestFile = 4 << 20;
    private static readonly (string Field, long Limit)[] Bounds =
    [
        ("hidden_size", 65_536), ("intermediate_size", 1 << 20), ("num_hidden_layers", 1_024), ("vocab_size", 1 << 22),
        ("num_attention_heads", 65_536), ("num_key_value_heads", 65_536), ("head_dim", 65_536), ("max_position_embeddings", 1 << 27),
        ("n_embd", 65_536), ("n_embed", 65_536), ("n_head", 65_536), ("n_layer", 1_024), ("n_positions", 1 << 27), ("n_ctx", 1 << 27), ("n_inner", 1 << 20),
        ("num_layers", 1_024), ("ffn_hidden_size", 1 << 20), ("ff_factor", 64), ("kv_channels", 65_536), ("multi_query_group_num", 65_536), ("padded_vocab_size", 1 << 22),
        ("seq_length", 1 << 27), ("num_kv_heads", 65_536), ("moe_intermediate_size", 1 << 20), ("shared_expert_intermediate_size", 1 << 20),
        ("num_experts", 1_024), ("num_local_experts", 1_024), ("n_routed_experts", 1_024), ("num_experts_per_tok", 1_024),
        ("kv_lora_rank", 65_536), ("q_lora_rank", 65_536), ("qk_nope_head_dim", 65_536), ("qk_rope_head_dim", 65_536), ("v_head_dim", 65_536),
    ];

    /// <summary>Reads <c>config.json</c> and, if there, <c>generation_config.json</c> of a model folder.</summary>
    /// <exception cref="InvalidModelConfigException">A file is missing, is not JSON, or states an impossible size.</exception>
    public static HfModelConfig Load(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            throw new InvalidModelConfigException($"'{folder}' has no config.json, so it is not a model folder.");
        }

        string generation = Path.Combine(folder, "generation_config.json");
        return Parse(ReadBounded(path), File.Exists(generation) ? ReadBounded(generation) : default);
    }

    /// <summary>Parses the two files' bytes; an empty second one means that it is absent.</summary>
    /// <exception cref="InvalidModelConfigException">As for <see cref="Load"/>.</exception>
    public static HfModelConfig Parse(ReadOnlyMemory<byte> config, ReadOnlyMemory<byte> generation)
    {
        var fields = Object(config, "config.json");
        foreach (var (field, limit) in Bounds)
        {
            if (fields.TryGetValue(field, out var value) && value.ValueKind is not JsonValueKind.Null
                && !(value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out long size) && size >= 1 && size <= limit))
            {
                throw new InvalidModelConfigException($"config.json: {field} is {value.GetRawText()}; it must be a whole number from 1 to {limit}.");
            }
        }

        var end = EndIdsOf(fields, "config.json");
        if (!generation.IsEmpty && EndIdsOf(Object(generation, "generation_config.json"), "generation_config.json") is { Count: > 0 } own)
        {
            end = own;
        }

        string type = Text(fields, "model_type") ?? throw new InvalidModelConfigException("config.json has no model_type, so the family is unknown.");
        return new HfModelConfig(type, Text(fields, "dtype") ?? Text(fields, "torch_dtype"), end, fields);
    }

    private static byte[] ReadBounded(string path) =>
        new FileInfo(path).Length <= LargestFile
            ? File.ReadAllBytes(path)
            : throw new InvalidModelConfigException($"{Path.GetFileName(path)} is larger than {LargestFile} bytes.");

    private static Dictionary<string, JsonElement> Object(ReadOnlyMemory<byte> json, string file)
    {
        if (!Utf8.IsValid(json.Span))
        {
            throw new InvalidModelConfigException($"{file} is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            using (var writer = new Utf8JsonWriter(Stream.Null))
            {
                document.WriteTo(writer); // a text with half a surrogate pair can be parsed but not written again
            }

            var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!fields.TryAdd(property.Name, property.Value.Clone()))
                {
                    throw new InvalidModelConfigException($"{file} names the field {property.Name} twice.");
                }
            }

            return fields;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidModelConfigException($"{file} is not a JSON object: {error.Message}", error);
        }
    }

    private static string? Text(Dictionary<string, JsonElement> fields, string name) =>
        !fields.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.String ? TextOf(value, name)
        : throw new InvalidModelConfigException($"config.json: {name} must be a text, but is {value.ValueKind}.");

    private static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidModelConfigException($"config.json: {name} is not valid text.", error);
        }
    }

    private static List<int> EndIdsOf(Dictionary<string, JsonElement> fields, string file)
    {
        if (!fields.TryGetValue("eos_token_id", out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return [];
        }

        JsonElement[] ids = value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return [.. ids.Select(id => id.ValueKind is JsonValueKind.Number && id.TryGetInt32(out int number) && number >= 0
            ? number
            : throw new InvalidModelConfigException($"{file}: eos_token_id is {value.GetRawText()}; it must be a token id or a list of token ids."))];
    }
}
