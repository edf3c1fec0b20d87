using System.ComponentModel.DataAnnotations;
using Assay.Data.Validation.Texts;

namespace Assay.Server.Contributions.PersonalData;

/// <summary>What counts as personal data besides the built-in kinds.</summary>
internal sealed class PiiOptions : IValidatableObject
{
    /// <summary>The operator's patterns, in the order they are searched. Default none; at most 20.</summary>
    public List<PatternOptions> Patterns { get; set; } = [];

    public IReadOnlyList<PiiPattern> ToPatterns() => [.. Patterns.Select(pattern => new PiiPattern(pattern.Name, pattern.Pattern)
    {
        IgnoreCase = pattern.IgnoreCase,
        UnderMask = EffectOf(pattern.UnderMask) ?? PiiEffect.Count,
        UnderRefuse = EffectOf(pattern.UnderRefuse) ?? PiiEffect.Count,
        UnderAllow = EffectOf(pattern.UnderAllow) ?? PiiEffect.Count,
    })];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var effects = Patterns.Index().SelectMany(item => new[] { ("UnderMask", item.Item.UnderMask), ("UnderRefuse", item.Item.UnderRefuse), ("UnderAllow", item.Item.UnderAllow) }
            .Where(effect => EffectOf(effect.Item2) is null)
            .Select(effect => $"Pattern {item.Index} ('{item.Item.Name}'): {effect.Item1} is '{effect.Item2}'. Write Count (one hit more) or Reject (one find rejects the file)."));
        return effects.Concat(PiiPatternCheck.Problems(ToPatterns())).Select(problem => new ValidationResult(problem, [$"Pii:{nameof(Patterns)}"]));
    }

    private static PiiEffect? EffectOf(string word) => word.ToUpperInvariant() switch
    {
        "COUNT" => PiiEffect.Count,
        "REJECT" => PiiEffect.Reject,
        _ => null,
    };

    /// <summary>One pattern; the rules of its members are those of <see cref="PiiPattern"/>.</summary>
    internal sealed class PatternOptions
    {
        /// <summary>What findings and marks call it, such as PATIENT_NUMBER.</summary>
        public string Name { get; set; } = "";

        /// <summary>.NET regular expression for the non-backtracking engine.</summary>
        public string Pattern { get; set; } = "";

        /// <summary>Whether capital and small letters are the same. Default false.</summary>
        public bool IgnoreCase { get; set; }

        /// <summary>What a find does in a datanet that masks personal data: Count or Reject. Default Count.</summary>
        public string UnderMask { get; set; } = nameof(PiiEffect.Count);

        /// <summary>The same in a datanet that refuses personal data. Default Count.</summary>
        public string UnderRefuse { get; set; } = nameof(PiiEffect.Count);

        /// <summary>The same in a datanet that allows personal data. Default Count.</summary>
        public string UnderAllow { get; set; } = nameof(PiiEffect.Count);
    }
}
