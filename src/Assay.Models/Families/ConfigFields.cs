using System.Globalization;
using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>A model configuration on its way into a family's record; everything it refuses is named.</summary>
internal sealed class ConfigFields(HfModelConfig source)
{
    private const int WidestProjection = 1 << 20;

    private static readonly JsonSerializerOptions Hub = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The field's value, or null when absent or null.</summary>
    public JsonElement? this[string name] =>
        source.Fields.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>Whether the field is given, be it as null; for families where null and absence differ.</summary>
    public bool IsGiven(string name) => source.Fields.ContainsKey(name);

    /// <summary>The family's record; nulls count as absent. Refuses every other field that may have an effect.</summary>
    /// <param name="alsoRead">Fields that the family reads beside those of its record.</param>
    /// <exception cref="InvalidModelConfigException">A required field is missing, one has the wrong type, or one is not understood.</exception>
    public T As<T>(params IEnumerable<string> alsoRead)
    {
        RefuseUnknown([.. typeof(T).GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)), .. alsoRead]);
        try
        {
            var present = source.Fields.Where(field => field.Value.ValueKind is not JsonValueKind.Null).ToDictionary();
            return JsonSerializer.SerializeToElement(present, Hub).Deserialize<T>(Hub)!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidModelConfigException($"config.json does not fit model_type '{source.ModelType}': {error.Message}", error);
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

    /// <summary>Refuses a number outside its range; infinite and missing ones are outside every range.</summary>
    public void RequireRange(string name, double? value, double least, double most) =>
        Require(name, value >= least && value <= most, string.Create(CultureInfo.InvariantCulture, $"it must be from {least} to {most}"));

    /// <summary>An activation that the family allows.</summary>
    public Activation Act(string name, string value, params ReadOnlySpan<Activation> allowed)
    {
        Activation? act = value switch
        {
            "silu" or "swish" => Activation.Silu,
            "gelu" => Activation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" => Activation.GeluTanh,
            _ => null,
        };
        Require(name, act is { } known && allowed.Contains(known), $"it is not known for this family; known: {string.Join(", ", allowed.ToArray())}");
        return act!.Value;
    }

    /// <summary>Rows of a projection to heads.</summary>
    /// <param name="name">Field to blame.</param>
    /// <param name="count">Heads.</param>
    /// <param name="width">Width of a head.</param>
    public int Rows(string name, int count, int width)
    {
        Require(name, (long)count * width is >= 1 and <= WidestProjection, $"{count} times {width} rows of a projection must be at most {WidestProjection}");
        return count * width;
    }

    /// <summary>A size that has two names; one must be given, and both must agree.</summary>
    public int Either(string name, int? value, string other, int? otherValue)
    {
        Require(name, value is not null || otherValue is not null, $"it is needed, or {other} in its place");
        Require(name, value is null || otherValue is null || value == otherValue, $"it contradicts {other} = {otherValue}");
        return value ?? otherValue!.Value;
    }

    /// <summary>A number, or null when absent or null.</summary>
    public double? Number(string name)
    {
        Require(name, this[name] is null or { ValueKind: JsonValueKind.Number }, "it must be a number");
        return this[name]?.GetDouble();
    }

    /// <summary>Members of an object-valued field that are not null.</summary>
    public Dictionary<string, JsonElement> Members(string name, JsonElement value)
    {
        try
        {
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject())
            {
                Require(name, members.TryAdd(member.Name, member.Value), $"it has {member.Name} twice");
            }

            return members.Where(member => member.Value.ValueKind is not JsonValueKind.Null).ToDictionary(StringComparer.Ordinal);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidModelConfigException($"config.json: {name} has a name that is not valid text.", error);
        }
    }

    private void RefuseUnknown(HashSet<string> understood)
    {
        foreach (var (name, value) in source.Fields)
        {
            if (!understood.Contains(name) && !HarmlessFields.Contains(name, value))
            {
                throw new InvalidModelConfigException(
                    $"config.json: {name} = {Shortened(value)} is not understood for model_type '{source.ModelType}' and may change the arithmetic, so the model is refused.");
            }
        }
    }

    private static string Shortened(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
