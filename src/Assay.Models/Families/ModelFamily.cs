using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>A model family: the <c>model_type</c>s it accepts and how it turns a configuration into a plan.</summary>
/// <param name="ModelTypes">Accepted values of <c>model_type</c>.</param>
/// <param name="Describe">Configuration and the names of the stored weights (null: all that the configuration implies) → plan. Throws <see cref="InvalidModelConfigException"/>.</param>
public sealed record ModelFamily(IReadOnlyList<string> ModelTypes, Func<HfModelConfig, IReadOnlyCollection<string>?, DecoderPlan> Describe)
{
    /// <summary>All families, in one place.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } = [Llama.Family];

    /// <summary>The plan of a configuration.</summary>
    /// <exception cref="InvalidModelConfigException">No family knows the type, or the family refuses a field.</exception>
    public static DecoderPlan Plan(HfModelConfig config, IReadOnlyCollection<string>? weightNames)
    {
        var family = All.FirstOrDefault(family => family.ModelTypes.Contains(config.ModelType))
            ?? throw new InvalidModelConfigException(
                $"model_type '{config.ModelType}' is not supported. Supported: {string.Join(", ", All.SelectMany(known => known.ModelTypes))}.");
        return family.Describe(config, weightNames);
    }
}
