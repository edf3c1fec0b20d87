using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Reads rotary settings from their three places: <c>rope_theta</c>, <c>rope_scaling</c>, and the newer <c>rope_parameters</c>.</summary>
internal static class RopeFields
{
    private const double DefaultTheta = 10_000;

    /// <param name="fields">The configuration.</param>
    /// <param name="maxPositions"><c>max_position_embeddings</c>.</param>
    /// <param name="width">Rotated width of a head.</param>
    /// <exception cref="InvalidModelConfigException">The settings contradict each other, or their kind is not known.</exception>
    public static RopePlan Read(ConfigFields fields, int maxPositions, int width)
    {
        var scaling = fields["rope_scaling"];
        var parameters = fields["rope_parameters"];
        fields.Require("rope_parameters", scaling is null || parameters is null, "it contradicts rope_scaling: only one of the two may be given");
        string field = parameters is null ? "rope_scaling" : "rope_parameters";
        var settings = parameters ?? scaling;
        fields.Require(field, settings is null or { ValueKind: JsonValueKind.Object }, "it must be an object");

        double? own = Number(fields, settings, field, "rope_theta");
        double? outer = fields["rope_theta"] is { } theta ? theta.GetDouble() : null;
        fields.Require("rope_theta", own is null || outer is null || own == outer, $"it contradicts {field}.rope_theta");
        double factor = Number(fields, settings, field, "factor") ?? 1;
        double low = Number(fields, settings, field, "low_freq_factor") ?? 1;
        double high = Number(fields, settings, field, "high_freq_factor") ?? 4;
        double original = Number(fields, settings, field, "original_max_position_embeddings") ?? maxPositions;
        double basis = own ?? outer ?? DefaultTheta;
        var kind = Kind(fields, settings, field);

        fields.Require("rope_theta", basis is > 1 and < 1e12, "it must be above 1");
        fields.Require(field, factor is >= 1 and < 1e6 && original is >= 1 and <= 1 << 27, "factor must be at least 1 and the original length positive");
        fields.Require(field, kind is not RopeKind.Llama3 || (low > 0 && high > low), "high_freq_factor must be above low_freq_factor");
        fields.Require(field, kind is not RopeKind.Dynamic || width > 2, "dynamic scaling needs heads wider than 2");
        return new RopePlan(kind, width, basis, maxPositions, factor, low, high, (int)original);
    }

    private static RopeKind Kind(ConfigFields fields, JsonElement? settings, string field)
    {
        string? name = Text(fields, settings, field, "rope_type");
        string? old = Text(fields, settings, field, "type");
        fields.Require(field, name is null || old is null || name == old, "its type and rope_type contradict each other");
        return (name ?? old ?? "default") switch
        {
            "default" => RopeKind.Plain,
            "linear" => RopeKind.Linear,
            "dynamic" => RopeKind.Dynamic,
            "llama3" => RopeKind.Llama3,
            var other => throw new InvalidModelConfigException($"config.json: {field}.rope_type = '{other}' is not known; known are default, linear, dynamic, llama3."),
        };
    }

    private static double? Number(ConfigFields fields, JsonElement? settings, string field, string name)
    {
        if (settings is not { } given || !given.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        fields.Require(field, value.ValueKind is JsonValueKind.Number, $"its {name} must be a number");
        return value.GetDouble();
    }

    private static string? Text(ConfigFields fields, JsonElement? settings, string field, string name)
    {
        if (settings is not { } given || !given.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        fields.Require(field, value.ValueKind is JsonValueKind.String, $"its {name} must be a text");
        return value.GetString();
    }
}
