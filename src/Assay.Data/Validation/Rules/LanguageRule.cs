using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>The text is in a language the datanet declares; when it declares none, in any language at all.</summary>
public sealed class LanguageRule : IValidationRule
{
    private const int FewestCharacters = 100;
    private const double FullConfidence = 0.5;

    /// <inheritdoc/>
    public string Id => "language";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 5;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Write in one of the datanet's languages.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Words.Text.Trim();
        if (!context.Profile.HasLanguage)
        {
            return this.NotEvaluated("the text is source code.");
        }

        if (text.Length < FewestCharacters)
        {
            return this.NotEvaluated($"the text has {text.Length} characters; {FewestCharacters} are needed to tell a language.");
        }

        var languages = context.Request.Profile.Languages;
        var (code, confidence) = LanguageConfidence.Best(text, languages);
        var wanted = languages.Count == 0 ? "any language is taken" : $"declared: {string.Join(", ", languages)}";
        return this.Scored(
            RuleFindings.ToScore(Math.Round(confidence, 3) / FullConfidence),
            $"Most likely {(languages.Count == 0 ? "" : "of the declared ")}'{code}', confidence {confidence.ToString("0.00", CultureInfo.InvariantCulture)} ({wanted}).");
    }
}
