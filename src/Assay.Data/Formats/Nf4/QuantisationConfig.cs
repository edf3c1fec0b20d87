using System.Text.Json;

namespace Assay.Data.Formats.Nf4;

/// <summary>The <c>quantization_config</c> of a checkpoint's <c>config.json</c>: which ways of storing weights are read.</summary>
public static class QuantisationConfig
{
    /// <summary>Refuses every way but bitsandbytes' NF4, and none at all.</summary>
    /// <exception cref="InvalidModelConfigException">The weights are stored in another way; the message names it.</exception>
    public static void Check(HfModelConfig config)
    {
        if (!config.Fields.TryGetValue("quantization_config", out var found) || found.ValueKind is JsonValueKind.Null)
        {
            return;
        }

        if (found.ValueKind is not JsonValueKind.Object)
        {
            throw new InvalidModelConfigException($"config.json: quantization_config is {found.ValueKind}; it must be an object.");
        }

        // Files made before the field existed are bitsandbytes' too.
        string method = Value(found, "quant_method") ?? "\"bitsandbytes\"";
        if (method != "\"bitsandbytes\"")
        {
            throw new InvalidModelConfigException($"config.json: quantization_config.quant_method = {method} is not supported; only bitsandbytes' NF4 is. Use the model's unquantised weights.");
        }

        if (Value(found, "load_in_8bit") is "true")
        {
            throw new InvalidModelConfigException("config.json: quantization_config.load_in_8bit = true is not supported; only bitsandbytes' NF4 is. Use the model's unquantised weights.");
        }

        if (Value(found, "load_in_4bit") is "true" && (Value(found, "bnb_4bit_quant_type") ?? "\"fp4\"") is var type and not "\"nf4\"")
        {
            throw new InvalidModelConfigException($"config.json: quantization_config.bnb_4bit_quant_type = {type} is not supported; only \"nf4\" is. Use the model's unquantised weights.");
        }
    }

    /// <summary>A field's JSON text, or null when it is absent or null.</summary>
    private static string? Value(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.GetRawText() : null;
}
