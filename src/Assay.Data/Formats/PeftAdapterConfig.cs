using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Data.Formats;

/// <summary>A LoRA adapter's <c>adapter_config.json</c> as PEFT writes it. Fields that are not used are carried through unchanged.</summary>
/// <remarks>Source: the field list of PEFT 0.18's <c>LoraConfig</c>. What changes the arithmetic and is not computed here is refused by name.</remarks>
public sealed partial class PeftAdapterConfig
{
    private const int LargestFile = 4 << 20;
    private const int LargestRank = 4096;

    // Field → what a value that has no effect looks like.
    private static readonly (string Field, Func<JsonNode?, bool> WithoutEffect)[] Unsupported =
    [
        ("use_dora", IsOff), ("lora_bias", IsOff), ("use_qalora", IsOff), ("layer_replication", IsOff), ("target_parameters", IsOff),
        ("trainable_token_indices", IsOff), ("modules_to_save", IsOff), ("alora_invocation_tokens", IsOff), ("exclude_modules", IsOff),
        ("fan_in_fan_out", IsOff), ("loftq_config", IsOff), ("eva_config", IsOff), ("corda_config", IsOff), ("arrow_config", IsOff),
        ("bias", node => node is null || Text(node) == "none"),
        ("init_lora_weights", node => node is null || Text(node) is "gaussian" or "eva" or "orthogonal" || node.GetValueKind() is JsonValueKind.True or JsonValueKind.False),
    ];

    private readonly JsonObject fields;
    private readonly Func<string, bool> targets;
    private readonly (Regex Pattern, double Value)[] ranks;
    private readonly (Regex Pattern, double Value)[] alphas;
    private readonly bool rankStabilised;

    private PeftAdapterConfig(JsonObject fields)
    {
        this.fields = fields;
        Rank = (int)Number("r", 8, 1, LargestRank);
        Alpha = Number("lora_alpha", 8, 0, 1e9);
        Dropout = Number("lora_dropout", 0, 0, 0.999);
        rankStabilised = fields["use_rslora"]?.GetValueKind() is JsonValueKind.True;
        ranks = Patterns("rank_pattern", 1, LargestRank);
        alphas = Patterns("alpha_pattern", 0, 1e9);
        targets = Both(TargetRule(), LayerRule());
    }

    /// <summary>R where no pattern says otherwise.</summary>
    public int Rank { get; }

    /// <summary>α where no pattern says otherwise.</summary>
    public double Alpha { get; }

    /// <summary>Share of a layer's inputs that training drops, 0 to below 1.</summary>
    public double Dropout { get; }

    /// <summary>A configuration for a new adapter.</summary>
    /// <param name="baseModel">Name of the base model, for PEFT's <c>base_model_name_or_path</c>.</param>
    /// <param name="rank">R, 1 to 4,096.</param>
    /// <param name="alpha">α.</param>
    /// <param name="targetModules">Names of layers, such as <c>q_proj</c>; empty means every linear layer of the blocks.</param>
    /// <param name="dropout">0 to below 1.</param>
    /// <exception cref="InvalidModelConfigException">A value is outside its range.</exception>
    public static PeftAdapterConfig Create(string baseModel, int rank, double alpha, IReadOnlyList<string> targetModules, double dropout = 0) => Parse(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["alpha_pattern"] = new JsonObject(),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = baseModel,
        ["bias"] = "none",
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = null,
        ["lora_alpha"] = alpha == Math.Floor(alpha) ? JsonValue.Create((long)alpha) : JsonValue.Create(alpha),
        ["lora_dropout"] = dropout,
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = rank,
        ["rank_pattern"] = new JsonObject(),
        ["revision"] = null,
        ["target_modules"] = targetModules.Count == 0 ? "all-linear" : new JsonArray([.. targetModules.Select(name => (JsonNode)name)]),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = false,
    }));

    /// <summary>Reads <c>adapter_config.json</c> of an adapter folder.</summary>
    /// <exception cref="InvalidModelConfigException">It is missing, broken, or asks for something that is not computed.</exception>
    public static PeftAdapterConfig Load(string folder)
    {
        string path = Path.Combine(folder, "adapter_config.json");
        if (!File.Exists(path) || new FileInfo(path).Length > LargestFile)
        {
            throw new InvalidModelConfigException($"'{folder}' has no adapter_config.json of at most {LargestFile} bytes, so it is not a PEFT adapter.");
        }

        return Parse(File.ReadAllBytes(path));
    }

    /// <summary>Parses the bytes of an <c>adapter_config.json</c>.</summary>
    /// <exception cref="InvalidModelConfigException">As for <see cref="Load"/>.</exception>
    public static PeftAdapterConfig Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var fields = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 16 }) as JsonObject
                ?? throw new InvalidModelConfigException("adapter_config.json is not a JSON object.");
            Check(fields);
            return new PeftAdapterConfig(fields);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InvalidModelConfigException($"adapter_config.json is not what PEFT writes: {error.Message}", error);
        }
    }

    /// <summary>Whether a linear layer gets a pair.</summary>
    /// <param name="module">Path of a linear layer inside the blocks.</param>
    public bool Targets(string module) => targets(module);

    /// <summary>R of a layer: the first pattern that matches its path, else <see cref="Rank"/>.</summary>
    public int RankOf(string module) => (int)First(ranks, module, Rank);

    /// <summary>s of a layer: α/R, or α/√R with <c>use_rslora</c>.</summary>
    public double ScaleOf(string module) =>
        First(alphas, module, Alpha) / (rankStabilised ? Math.Sqrt(RankOf(module)) : RankOf(module));

    /// <summary>The file's text, indented, with all fields that were read.</summary>
    public string ToJson() => fields.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";

    private static void Check(JsonObject fields)
    {
        if (Text(fields["peft_type"]) is not "LORA")
        {
            throw new InvalidModelConfigException($"adapter_config.json: peft_type is {fields["peft_type"]?.ToJsonString() ?? "absent"}; only LORA is supported.");
        }

        foreach (var (field, withoutEffect) in Unsupported)
        {
            if (!withoutEffect(fields[field]))
            {
                throw new InvalidModelConfigException($"adapter_config.json: {field} = {fields[field]!.ToJsonString()} is not supported, so the adapter is refused.");
            }
        }
    }

    private static bool IsOff(JsonNode? node) => node switch
    {
        null => true,
        JsonObject properties => properties.Count == 0,
        JsonArray items => items.Count == 0,
        _ => node.GetValueKind() is JsonValueKind.False,
    };

    private static string? Text(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : null;

    private double Number(string field, double absent, double least, double most)
    {
        if (fields[field] is not { } node)
        {
            return absent;
        }

        double value = node.GetValueKind() is JsonValueKind.Number ? double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) : double.NaN; // a node made from an int gives no double
        return value >= least && value <= most
            ? value
            : throw new InvalidModelConfigException($"adapter_config.json: {field} = {node.ToJsonString()}; it must be a number from {least} to {most}.");
    }
}
