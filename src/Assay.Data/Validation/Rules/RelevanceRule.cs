using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>How near a text is to what the datanet is about: cosine of hashed TF-IDF terms, no model. Never rejects alone.</summary>
public sealed class RelevanceRule : IValidationRule
{
    private const int FewestWords = 40;
    private const double LeastFunctionWords = 0.05;

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

        if (context.Profile.IsRunningText && IsWordList(text) is { } share)
        {
            return this.Scored(0, $"A list of words, not text: {Number(share * 100)} % of its words hold sentences together, {Number(LeastFunctionWords * 100)} % are the least.");
        }

        var profile = RelevanceProfile.Of(context.Request.Profile);
        var cosine = profile.Cosine(text);
        return this.Scored(
            RuleFindings.ToScore(profile.Share(cosine)),
            $"Similarity to the purpose {Number(cosine)}; 0 points up to {Number(profile.Low)}, full points from {Number(profile.High)}.");
    }

    /// <summary>Keywords strung together would pass any comparison of words; running text needs words that carry none.</summary>
    private static double? IsWordList(string text)
    {
        int words = 0, function = 0;
        Span<char> lower = stackalloc char[16];
        foreach (var range in Words.In(text))
        {
            var word = text.AsSpan(range);
            if (!IsPlainLatin(word))
            {
                continue;
            }

            words++;
            function += word.Length <= lower.Length && FunctionWords.Contains(lower[..word.ToLowerInvariant(lower)]) ? 1 : 0;
        }

        var share = words == 0 ? 1 : function / (double)words;
        return words >= FewestWords && share < LeastFunctionWords ? share : null;
    }

    private static bool IsPlainLatin(ReadOnlySpan<char> word)
    {
        foreach (var symbol in word)
        {
            if (symbol is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '\'' or '\u2019' or (>= '\u00C0' and <= '\u00FF')))
            {
                return false;
            }
        }

        return true;
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
