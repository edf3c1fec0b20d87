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
        ("lora_bias", IsOff), ("use_qalora", IsOff), ("use_bdlora", IsOff), ("layer_replication", IsOff), ("target_parameters", IsOff),
        ("trainable_token_indices", IsOff), ("alora_invocation_tokens", IsOff), ("ensure_weight_tying", IsOff),
        ("loftq_config", IsOff), ("eva_config", IsOff), ("corda_config", IsOff), ("lora_ga_config", IsOff), ("arrow_config", IsOff), ("megatron_config", IsOff),
        ("init_lora_weights", node => node is null || Text(node) is "gaussian" or "eva" or "orthogonal" || node.GetValueKind() is JsonValueKind.True or JsonValueKind.False),
    ];

    private readonly JsonObject fields;
    private readonly Func<string, bool> targets;
    private readonly Func<string, bool> excluded;
    private readonly (Regex Pattern, double Value)[] ranks;
    private readonly (Regex Pattern, double Value)[] alphas;
    private readonly bool rankStabilised;

    private PeftAdapterConfig(JsonObject fields)
    {
        this.fields = fields;
        Rank = (int)Number("r", 8, 1, LargestRank);
        Alpha = Number("lora_alpha", 8, 0, 1e9);
        Dropout = Number("lora_dropout", 0, 0, 0.999);
        rankStabilised = Switch("use_rslora");
        Dora = Switch("use_dora");
        FanInFanOut = Switch("fan_in_fan_out");
        Bias = BiasOf(fields["bias"]);
        ModulesToSave = Names("modules_to_save");
        ranks = Patterns("rank_pattern", 1, LargestRank);
        alphas = Patterns("alpha_pattern", 0, 1e9);
        targets = TargetRule();
        excluded = ExclusionRule();
    }

    /// <summary>R where no pattern says otherwise.</summary>
    public int Rank { get; }

    /// <summary>α where no pattern says otherwise.</summary>
    public double Alpha { get; }

    /// <summary>Share of a layer's inputs that training drops, 0 to below 1.</summary>
    public double Dropout { get; }

    /// <summary>Whether each adapted layer has a learnt magnitude for each output row.</summary>
    public bool Dora { get; }

    /// <summary>What the file says about weights stored [inputs, outputs]. Only carried through: the base's own layout decides.</summary>
    public bool FanInFanOut { get; }

    /// <summary>Biases of the base that the adapter trains and stores.</summary>
    public PeftBias Bias { get; }

    /// <summary>Names of modules that are trained and stored whole.</summary>
    public IReadOnlyList<string> ModulesToSave { get; }

    /// <summary>How a new adapter's matrices begin: <c>true</c>, <c>false</c>, <c>gaussian</c>, <c>eva</c> or <c>orthogonal</c>. It has no meaning for a loaded one.</summary>
    public string Initialisation => fields["init_lora_weights"] is { } node ? Text(node) ?? node.ToJsonString() : "true";

    /// <summary>A configuration for a new adapter.</summary>
    /// <param name="baseModel">Name of the base model, for PEFT's <c>base_model_name_or_path</c>.</param>
    /// <param name="rank">R, 1 to 4,096.</param>
    /// <param name="alpha">α.</param>
    /// <param name="targetModules">Names of layers, such as <c>q_proj</c>; empty means every linear layer of the blocks.</param>
    /// <param name="dropout">0 to below 1.</param>
    /// <exception cref="InvalidModelConfigException">A value is outside its range.</exception>
    public static PeftAdapterConfig Create(string baseModel, int rank, double alpha, IReadOnlyList<string> targetModules, double dropout = 0) =>
        Create(baseModel, new LoraOptions { Rank = rank, Alpha = alpha, TargetModules = targetModules, Dropout = dropout });

    /// <summary>A configuration for a new adapter.</summary>
    /// <param name="baseModel">Name of the base model, for PEFT's <c>base_model_name_or_path</c>.</param>
    /// <param name="options">What it is like.</param>
    /// <exception cref="InvalidModelConfigException">A value is outside its range, or two contradict each other.</exception>
    public static PeftAdapterConfig Create(string baseModel, LoraOptions options) => Parse(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["alpha_pattern"] = new JsonObject(options.AlphaPattern.Select(pattern => KeyValuePair.Create(pattern.Key, (JsonNode?)Whole(pattern.Value)))),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = baseModel,
        ["bias"] = options.Bias switch
        {
            PeftBias.All => "all",
            PeftBias.LoraOnly => "lora_only",
            _ => "none",
        },
        ["exclude_modules"] = List(options.ExcludeModules),
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = options.LayersToTransform.Count == 0 ? null : new JsonArray([.. options.LayersToTransform.Select(layer => (JsonNode)layer)]),
        ["lora_alpha"] = Whole(options.Alpha),
        ["lora_dropout"] = options.Dropout,
        ["modules_to_save"] = List(options.ModulesToSave),
        ["peft_type"] = "LORA",
        ["r"] = options.Rank,
        ["rank_pattern"] = new JsonObject(options.RankPattern.Select(pattern => KeyValuePair.Create(pattern.Key, (JsonNode?)pattern.Value))),
        ["revision"] = null,
        ["target_modules"] = List(options.TargetModules) ?? (JsonNode)"all-linear",
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = options.Dora,
        ["use_rslora"] = options.RankStabilised,
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
            _ = fields.ToJsonString(); // a text with half a surrogate pair can be parsed but not written again
            Check(fields);
            return new PeftAdapterConfig(fields);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InvalidModelConfigException($"adapter_config.json is not what PEFT writes: {error.Message}", error);
        }
    }

    /// <summary>The same configuration with another <see cref="FanInFanOut"/>, which PEFT wants to be true for a base that stores [inputs, outputs].</summary>
    public PeftAdapterConfig With(bool fanInFanOut)
    {
        var changed = (JsonObject)fields.DeepClone();
        changed["fan_in_fan_out"] = fanInFanOut;
        return new PeftAdapterConfig(changed);
    }

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

        foreach (var (field, value) in fields)
        {
            // PEFT names every variant that changes the arithmetic so; one that is newer than this list must not be ignored.
            if (field.StartsWith("use_", StringComparison.Ordinal) && field is not ("use_dora" or "use_rslora") && !IsOff(value))
            {
                throw new InvalidModelConfigException($"adapter_config.json: {field} = {value!.ToJsonString()} is not known, so the adapter is refused.");
            }
        }
    }

    private static PeftBias BiasOf(JsonNode? node) => node is null ? PeftBias.None : Text(node) switch
    {
        "none" => PeftBias.None,
        "all" => PeftBias.All,
        "lora_only" => PeftBias.LoraOnly,
        _ => throw new InvalidModelConfigException($"adapter_config.json: bias = {node.ToJsonString()}; it must be \"none\", \"all\" or \"lora_only\"."),
    };

    private static bool IsOff(JsonNode? node) => node switch
    {
        null => true,
        JsonObject properties => properties.Count == 0,
        JsonArray items => items.Count == 0,
        _ => node.GetValueKind() is JsonValueKind.False,
    };

    private static string? Text(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : null;

    private static JsonValue? Whole(double value) => value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);

    private static JsonArray? List(IReadOnlyList<string> names) => names.Count == 0 ? null : new JsonArray([.. names.Select(name => (JsonNode)name)]);

    private bool Switch(string field) => fields[field]?.GetValueKind() switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw new InvalidModelConfigException($"adapter_config.json: {field} = {fields[field]!.ToJsonString()}; it must be true or false."),
    };

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
