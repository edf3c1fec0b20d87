using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Data.Formats;

// Which layers an adapter covers, and with which rank: PEFT's matching rules.
public sealed partial class PeftAdapterConfig
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

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

    private static Func<string, bool> Both(Func<string, bool> first, Func<string, bool> second) => module => first(module) && second(module);

    private static Regex Compile(string field, string pattern)
    {
        try
        {
            // Adapters come from strangers: the linear-time engine cannot be made to hang.
            return new Regex(pattern, Linear);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new InvalidModelConfigException($"adapter_config.json: {field} holds the expression '{pattern}', which is not usable: {error.Message}", error);
        }
    }

    private (Regex Pattern, double Value)[] Patterns(string field, double least, double most)
    {
        if (fields[field] is not JsonObject patterns)
        {
            return fields[field] is null ? [] : throw new InvalidModelConfigException($"adapter_config.json: {field} must be an object.");
        }

        return [.. patterns.Select(pattern =>
        {
            double value = pattern.Value?.GetValueKind() is JsonValueKind.Number ? pattern.Value.GetValue<double>() : double.NaN;
            return value >= least && value <= most
                ? (Compile(field, $@"^(.*\.)?({pattern.Key})$"), value)
                : throw new InvalidModelConfigException($"adapter_config.json: {field} gives '{pattern.Key}' a value outside {least} to {most}.");
        })];
    }

    private Func<string, bool> TargetRule()
    {
        switch (fields["target_modules"])
        {
            case JsonArray names:
                string[] ends = [.. names.Select(name => Text(name) ?? throw new InvalidModelConfigException("adapter_config.json: target_modules must hold texts."))];
                return module => ends.Any(end => module == end || module.EndsWith("." + end, StringComparison.Ordinal));
            case { } node when Text(node) is "all-linear":
                return _ => true;
            case { } node when Text(node) is { } text:
                var pattern = Compile("target_modules", $"^({text})$");
                return module => pattern.IsMatch(module);
            default:
                throw new InvalidModelConfigException("adapter_config.json: target_modules must be a list of layer names, an expression, or \"all-linear\".");
        }
    }

    private Func<string, bool> LayerRule()
    {
        if (fields["layers_to_transform"] is not { } layers)
        {
            return _ => true;
        }

        JsonNode?[] list = layers is JsonArray array ? [.. array] : [layers];
        int[] indices = [.. list.Select(index => index?.GetValueKind() is JsonValueKind.Number
            ? index.GetValue<int>()
            : throw new InvalidModelConfigException("adapter_config.json: layers_to_transform must be a layer index or a list of them."))];
        string[] names = fields["layers_pattern"] switch
        {
            null or JsonArray { Count: 0 } => [@"[^.]*"],
            JsonArray several => [.. several.Select(name => Regex.Escape(Text(name) ?? ""))],
            var one => [Regex.Escape(Text(one) ?? "")],
        };
        var pattern = Compile("layers_pattern", $@"\.({string.Join('|', names)})\.(\d+)\.");
        return module => pattern.Match(module) is { Success: true } match && int.TryParse(match.Groups[^1].Value, out int layer) && indices.Contains(layer);
    }
}
