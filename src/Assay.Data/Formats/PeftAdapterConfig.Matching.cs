using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Data.Formats;

// Which layers an adapter covers, and with which rank: PEFT's matching rules.
public sealed partial class PeftAdapterConfig
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const int LongestList = 10_000;
    private const int LongestPattern = 4_096;

    /// <summary>Whether the targets are every linear layer of the blocks rather than named ones.</summary>
    public bool TargetsAllLinear => string.Equals(Text(fields["target_modules"]), "all-linear", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a linear layer gets a pair.</summary>
    /// <param name="module">Path of a linear layer.</param>
    /// <remarks>A module that is stored whole, or lies in one, gets none.</remarks>
    public bool Targets(string module) =>
        targets(module) && !excluded(module) && !ModulesToSave.Any(saved => $".{module}.".Contains($".{saved}.", StringComparison.Ordinal));

    /// <summary>Whether a module is trained and stored whole: its path ends in one of <see cref="ModulesToSave"/>.</summary>
    /// <param name="module">Path of a module that has weights, such as <c>lm_head</c>.</param>
    /// <remarks>PEFT compares texts, not path components, so <c>norm</c> also means every <c>q_norm</c>.</remarks>
    public bool Saves(string module) => ModulesToSave.Any(saved => module.EndsWith(saved, StringComparison.Ordinal));

    /// <summary>R of a layer: the first pattern that matches its path, else <see cref="Rank"/>.</summary>
    public int RankOf(string module) => (int)First(ranks, module, Rank);

    /// <summary>s of a layer: α/R, or α/√R with <c>use_rslora</c>.</summary>
    public double ScaleOf(string module) =>
        First(alphas, module, Alpha) / (rankStabilised ? Math.Sqrt(RankOf(module)) : RankOf(module));

    private static double First((Regex Pattern, double Value)[] patterns, string module, double otherwise)
    {
        foreach (var (pattern, value) in patterns)
        {
            if (pattern.IsMatch(module))
            {
                return value;
            }
        }

        return otherwise;
    }

    private static Regex Compile(string field, string pattern)
    {
        try
        {
            // Adapters come from strangers: the linear-time engine cannot be made to hang.
            return pattern.Length <= LongestPattern
                ? new Regex(pattern, Linear)
                : throw new InvalidModelConfigException($"adapter_config.json: {field} holds an expression of {pattern.Length} characters; at most {LongestPattern} are read.");
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new InvalidModelConfigException($"adapter_config.json: {field} holds the expression '{pattern}', which is not usable: {error.Message}", error);
        }
    }

    /// <summary>Whether a path is one of the names or ends in a dot and one of them.</summary>
    private static bool EndsInAny(string module, string[] names) =>
        Array.Exists(names, name => module == name || module.EndsWith("." + name, StringComparison.Ordinal));

    private (Regex Pattern, double Value)[] Patterns(string field, double least, double most)
    {
        if (fields[field] is not JsonObject patterns)
        {
            return fields[field] is null ? [] : throw new InvalidModelConfigException($"adapter_config.json: {field} must be an object.");
        }

        return [.. patterns.Select(pattern =>
        {
            double value = pattern.Value?.GetValueKind() is JsonValueKind.Number ? double.Parse(pattern.Value.ToJsonString(), CultureInfo.InvariantCulture) : double.NaN;
            return value >= least && value <= most
                ? (Compile(field, $@"^(.*\.)?({pattern.Key})$"), value)
                : throw new InvalidModelConfigException($"adapter_config.json: {field} gives '{pattern.Key}' a value outside {least} to {most}.");
        })];
    }

    private string[] Names(string field) => fields[field] switch
    {
        null => [],
        JsonArray { Count: <= LongestList } list => [.. list.Select(name => Text(name) is { Length: > 0 } text
            ? text
            : throw new InvalidModelConfigException($"adapter_config.json: {field} must hold texts that are not empty."))],
        _ => throw new InvalidModelConfigException($"adapter_config.json: {field} must be a list of at most {LongestList} names."),
    };

    private Func<string, bool> TargetRule()
    {
        if (fields["target_modules"] is JsonArray)
        {
            string[] names = Names("target_modules");
            var inLayer = LayerRule();
            return module => Array.IndexOf(names, module) >= 0 || (EndsInAny(module, names) && inLayer(module));
        }

        foreach (string field in (string[])["layers_to_transform", "layers_pattern"])
        {
            if (fields[field] is { } value)
            {
                throw new InvalidModelConfigException($"adapter_config.json: {field} = {value.ToJsonString()} needs a list of names in target_modules; PEFT refuses the combination too.");
            }
        }

        if (TargetsAllLinear)
        {
            return _ => true;
        }

        string text = Text(fields["target_modules"])
            ?? throw new InvalidModelConfigException("adapter_config.json: target_modules must be a list of layer names, an expression, or \"all-linear\".");
        var pattern = Compile("target_modules", $"^({text})$");
        return pattern.IsMatch;
    }

    private Func<string, bool> ExclusionRule()
    {
        if (Text(fields["exclude_modules"]) is { } text)
        {
            var pattern = Compile("exclude_modules", $"^({text})$");
            return text.Length == 0 ? _ => false : pattern.IsMatch;
        }

        string[] names = Names("exclude_modules");
        return module => EndsInAny(module, names);
    }

    /// <summary>Blocks by index; the first numbered part of a path counts, so that experts are not taken for blocks.</summary>
    private Func<string, bool> LayerRule()
    {
        if (fields["layers_to_transform"] is not { } layers || layers is JsonArray { Count: 0 })
        {
            return fields["layers_pattern"] is null or JsonArray { Count: 0 }
                ? _ => true
                : throw new InvalidModelConfigException("adapter_config.json: layers_pattern has no meaning without layers_to_transform.");
        }

        JsonNode?[] list = layers is JsonArray { Count: <= LongestList } array ? [.. array] : [layers];
        int[] indices = [.. list.Select(index => index?.GetValueKind() is JsonValueKind.Number
            ? index.GetValue<int>()
            : throw new InvalidModelConfigException("adapter_config.json: layers_to_transform must be a layer index or a list of them."))];
        string[] names = fields["layers_pattern"] switch
        {
            null or JsonArray { Count: 0 } => ["[^.]*"],
            JsonArray => Names("layers_pattern"),
            var one => [Text(one) is { Length: > 0 } name ? name : "[^.]*"],
        };
        Regex[] patterns = [.. names.Select(name => Compile("layers_pattern", $@"^.*?\.(?:{name})\.(?<layer>[0-9]+)\."))];
        return module => Array.Find(Array.ConvertAll(patterns, pattern => pattern.Match(module)), match => match.Success) is { } found
            && int.TryParse(found.Groups["layer"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && indices.Contains(layer);
    }
}
