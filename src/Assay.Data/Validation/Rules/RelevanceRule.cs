using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>How near a text is to what the datanet is about: cosine of hashed TF-IDF terms, no model. Never rejects alone.</summary>
public sealed class RelevanceRule : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "relevance";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 20;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Contribute what the datanet's purpose asks for; a person looks at texts that share no subject with it.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Words.Text;
        if (string.IsNullOrWhiteSpace(context.Request.Profile.Purpose))
        {
            return this.NotEvaluated("the purpose is empty.");
        }

        var profile = RelevanceProfile.Of(context.Request.Profile);
        if (context.Profile.IsRunningText && profile.Stuffing.Find(text) is { } stuffed)
        {
            return this.Scored(0, stuffed);
        }

        var cosine = profile.Cosine(text);
        var version = context.Request.Profile.Version is > 0 and var number ? $" (profile {number})" : "";
        return this.Scored(
            RuleFindings.ToScore(profile.Share(cosine)),
            $"Similarity to the purpose{version} {Number(cosine)}; 0 points up to {Number(profile.Low)}, full points from {Number(profile.High)}.");
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
