using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Reads rotary settings from their three places: fields such as <c>rope_theta</c>, the object <c>rope_scaling</c>, and the newer object <c>rope_parameters</c>.</summary>
/// <remarks>Formulas and defaults: the published model code; Peng et al. 2023, arXiv:2309.00071 for yarn.</remarks>
internal sealed class RopeFields
{
    /// <summary>Fields of the configuration that are read here and need no place in a family's record.</summary>
    public static readonly string[] Names = ["rope_theta", "rope_scaling", "rope_parameters", "original_max_position_embeddings"];

    private const double MostPositions = 1 << 27;

    // What each rule reads from the object, beside its name and what Read takes for all of them.
    private static readonly Dictionary<string, (RopeKind Kind, string[] Settings)> Kinds = new(StringComparer.Ordinal)
    {
        ["default"] = (RopeKind.Plain, []),
        ["linear"] = (RopeKind.Linear, ["factor"]),
        ["dynamic"] = (RopeKind.Dynamic, ["factor"]),
        ["llama3"] = (RopeKind.Llama3, ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"]),
        ["yarn"] = (RopeKind.Yarn, ["factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate", "original_max_position_embeddings", "finetuned"]),
        ["longrope"] = (RopeKind.LongRope, ["factor", "attention_factor", "long_factor", "short_factor", "original_max_position_embeddings"]),
    };

    private readonly ConfigFields fields;
    private readonly string place;
    private readonly Dictionary<string, JsonElement> settings;

    private RopeFields(ConfigFields fields)
    {
        this.fields = fields;
        var given = fields["rope_parameters"];
        fields.Require("rope_parameters", given is null || fields["rope_scaling"] is null, "it contradicts rope_scaling: only one of the two may be given");
        place = given is null ? "rope_scaling" : "rope_parameters";
        given ??= fields["rope_scaling"];
        fields.Require(place, given is null or { ValueKind: JsonValueKind.Object }, "it must be an object");
        settings = given is { } value ? fields.Members(place, value) : [];
    }

    /// <summary>The rotary plan.</summary>
    /// <param name="fields">The configuration.</param>
    /// <param name="maxPositions"><c>max_position_embeddings</c>.</param>
    /// <param name="headDim">Width of a head, or of its part that may be rotated.</param>
    /// <param name="theta">The family's base when none is given.</param>
    /// <param name="rotated">The share of <paramref name="headDim"/> that is rotated when none is given; null for a family that always rotates all of it.</param>
    /// <param name="thetaName">The family's own name of the base.</param>
    /// <param name="rotatedName">The family's own name of the share.</param>
    /// <exception cref="InvalidModelConfigException">The settings contradict each other, or one is not understood.</exception>
    public static RopePlan Read(
        ConfigFields fields, int maxPositions, int headDim, double theta = 10_000, double? rotated = null, string thetaName = "rope_theta", string rotatedName = "partial_rotary_factor")
    {
        var rope = new RopeFields(fields);
        theta = rope.Agreeing("rope_theta", thetaName) ?? theta;
        double share = rope.Agreeing("partial_rotary_factor", rotatedName) ?? rotated ?? 1;
        fields.Require(thetaName, theta is > 1 and < 1e12, "the rotary base must be above 1");
        fields.Require(rotatedName, rotated is null ? share == 1 : share is > 0 and <= 1, rotated is null ? "this family rotates whole heads" : "it must be above 0 and at most 1");
        int width = (int)(headDim * share);
        int pairs = (width + 1) / 2;
        fields.Require(rotatedName, pairs >= 1 && 2 * pairs <= headDim, $"of head_dim = {headDim} it rotates {width}, which leaves no whole pairs");
        return rope.Plan(maxPositions, 2 * pairs, theta) with { FrequencyWidth = width };
    }

    private RopePlan Plan(int maxPositions, int width, double theta)
    {
        var kind = Kind();
        double factor = kind is RopeKind.Plain or RopeKind.LongRope ? 1 : Needed("factor", 1, 1e6);
        double low = kind is RopeKind.Llama3 ? Needed("low_freq_factor", 1e-3, 1e6) : 1;
        double high = kind is RopeKind.Llama3 ? Needed("high_freq_factor", 1e-3, 1e6) : 4;
        fields.Require(place, high > low, "its high_freq_factor must be above low_freq_factor");
        fields.Require(place, kind is not RopeKind.Dynamic || width > 2, "dynamic scaling needs more than one rotated pair");
        int original = Original(maxPositions);
        var plan = new RopePlan(kind, width, theta, maxPositions, factor, low, high, original);
        return kind switch
        {
            RopeKind.Yarn => plan with
            {
                Magnitude = Given("attention_factor", 1e-3, 1e3) ?? YarnMagnitude(factor),
                ScoreMagnitude = Given("mscale_all_dim", 0, 1e3) is > 0 and var all ? Math.Pow(YarnScale(factor, all), 2) : 1,
                BetaFast = Given("beta_fast", 1e-3, 1e6) ?? 32,
                BetaSlow = Given("beta_slow", 1e-3, 1e6) ?? 1,
                WholePairs = Flag("truncate") ?? true,
            },
            RopeKind.LongRope => plan with
            {
                Magnitude = Given("attention_factor", 1e-3, 1e3) ?? LongMagnitude(maxPositions, original),
                ShortFactors = Divisors("short_factor", width / 2),
                LongFactors = Divisors("long_factor", width / 2),
            },
            _ => plan,
        };
    }

    private RopeKind Kind()
    {
        string? name = Known(Text("rope_type"));
        string? old = Known(Text("type"));
        fields.Require(place, name is null || old is null || name == old, "its type and rope_type contradict each other");
        name ??= old;
        fields.Require(place, name is not null || settings.Keys.All(key => key is "rope_theta" or "partial_rotary_factor"), "it lacks rope_type");
        fields.Require(place, Kinds.TryGetValue(name ?? "default", out var found), $"its rope_type '{name}' is not known; known are {string.Join(", ", Kinds.Keys)}");
        string? foreign = settings.Keys.FirstOrDefault(key => !found.Settings.Contains(key) && key is not ("rope_type" or "type" or "rope_theta" or "partial_rotary_factor"));
        fields.Require(place, foreign is null, $"its {foreign} is not understood for rope_type '{name}'");
        return found.Kind;
    }

    /// <summary>A rule under the name it has today.</summary>
    private static string? Known(string? name) => name == "su" ? "longrope" : name;

    /// <summary>P0, which Phi-3 keeps outside the object.</summary>
    private int Original(int maxPositions)
    {
        double? outer = fields.Number("original_max_position_embeddings");
        double? own = Given("original_max_position_embeddings", 1, MostPositions);
        fields.Require("original_max_position_embeddings", outer is null or (>= 1 and <= MostPositions), "it must be a positive length");
        fields.Require("original_max_position_embeddings", own is null || outer is null || own == outer, $"it contradicts {place}.original_max_position_embeddings");
        return (int)(own ?? outer ?? maxPositions);
    }

    private double YarnMagnitude(double factor)
    {
        double? mscale = Given("mscale", 0, 1e3);
        double? all = Given("mscale_all_dim", 0, 1e3);
        return mscale is > 0 && all is > 0 ? YarnScale(factor, mscale.Value) / YarnScale(factor, all.Value) : YarnScale(factor, 1);
    }

    /// <summary>0.1 · m · ln f + 1.</summary>
    private static double YarnScale(double factor, double weight) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

    private double LongMagnitude(int maxPositions, int original)
    {
        double factor = maxPositions == original ? Given("factor", 1, 1e6) ?? 1 : (double)maxPositions / original;
        fields.Require(place, Given("factor", 1, 1e6) is not { } own || Math.Abs(own - factor) <= 1e-6 * factor, "its factor contradicts the ratio of the two context lengths");
        fields.Require(place, original > 1, "its original context must be longer than 1");
        return factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original)));
    }

    private double[] Divisors(string name, int count)
    {
        fields.Require(place, settings.TryGetValue(name, out var list) && list.ValueKind is JsonValueKind.Array && list.GetArrayLength() == count, $"its {name} must be a list of {count} numbers, one per rotated pair");
        double[] values = [.. settings[name].EnumerateArray().Select(item => item.ValueKind is JsonValueKind.Number ? item.GetDouble() : 0)];
        fields.Require(place, values.All(value => value is >= 1e-6 and <= 1e6), $"its {name} must hold positive numbers");
        return values;
    }

    /// <summary>A number that may stand in the object, under its general name, or under the family's own; all that are given must agree.</summary>
    private double? Agreeing(string general, string own)
    {
        double?[] given = [Given(general, 0, 1e12), fields.Number(general), general == own ? null : fields.Number(own)];
        double?[] present = [.. given.Where(value => value is not null).Distinct()];
        fields.Require(own, present.Length <= 1, $"it contradicts {general} or {place}.{general}");
        return present.FirstOrDefault();
    }

    private double Needed(string name, double least, double most)
    {
        double? value = Given(name, least, most);
        fields.Require(place, value is not null, $"it lacks {name}");
        return value!.Value;
    }

    private double? Given(string name, double least, double most)
    {
        if (!settings.TryGetValue(name, out var value))
        {
            return null;
        }

        fields.Require(place, value.ValueKind is JsonValueKind.Number && value.GetDouble() >= least && value.GetDouble() <= most, $"its {name} must be a number from {least:0.###} to {most:0.###}");
        return value.GetDouble();
    }

    private bool? Flag(string name)
    {
        fields.Require(place, !settings.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False, $"its {name} must be true or false");
        return settings.ContainsKey(name) ? value.ValueKind is JsonValueKind.True : null;
    }

    private string? Text(string name)
    {
        fields.Require(place, !settings.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.String, $"its {name} must be a text");
        return settings.ContainsKey(name) ? value.GetString() : null;
    }
}
