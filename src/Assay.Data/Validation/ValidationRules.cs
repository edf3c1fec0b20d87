using Assay.Data.FileTypes;
using Assay.Data.Validation.Rules;

namespace Assay.Data.Validation;

/// <summary>The rules that files are judged by.</summary>
public static class ValidationRules
{
    /// <summary>Every rule, in the order findings are shown; adding one is a line here. A rule whose weight differs between kinds stands once per kind.</summary>
    public static IReadOnlyList<IValidationRule> All { get; } =
    [
        new FormatRule(DatanetKind.Text, 10),
        new StructureRule(),
        new SubstanceRule(),
        new IntegrityRule(),
        new RelevanceRule(),
        new NoveltyRule(),
        new RepetitionRule(),
        new LanguageRule(),
        new ContextRule(DatanetKind.Text, 5),
        new PiiRule(),
        new SecretsRule(),
        new HiddenTextRule(),
        new DerivedRule(),
        new PlagiarismRule(),
        new ContaminationRule(),
        new LicenceRule(),
        new WebSignalsRule(),
        new StyleSignalsRule(),
        new FormatRule(DatanetKind.Image, 15),
        new DecodingRule(DatanetKind.Image),
        new PictureStructureRule(),
        new PictureSubstanceRule(),
        new CaptionRule(DatanetKind.Image, 15),
        new MediaNoveltyRule(DatanetKind.Image),
        new ContextRule(DatanetKind.Image, 10),
        new LocationRule(),
        new SharpnessRule(),
        new FormatRule(DatanetKind.Audio, 15),
        new DecodingRule(DatanetKind.Audio),
        new SoundStructureRule(),
        new SoundSubstanceRule(),
        new CaptionRule(DatanetKind.Audio, 10),
        new MediaNoveltyRule(DatanetKind.Audio),
        new ContextRule(DatanetKind.Audio, 10),
    ];

    /// <summary>The rules for one kind of datanet.</summary>
    public static IEnumerable<IValidationRule> For(DatanetKind kind) => All.Where(rule => rule.AppliesTo(kind));
}
