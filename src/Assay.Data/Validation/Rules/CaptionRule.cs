using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>How near a picture's or clip's words are to what the datanet is about: the contributor's statements and the file's own titles against the profile that texts are compared with.</summary>
/// <param name="judged">The kind of datanet whose files it judges.</param>
/// <param name="weight">Its share in that kind's sum.</param>
public sealed class CaptionRule(DatanetKind judged, int weight) : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "relevance";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => weight;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Say in the note what the file shows and how that serves the datanet's purpose; a person looks at files whose words share no subject with it.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == judged;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(context.Request.Profile.Purpose))
        {
            return this.NotEvaluated("the purpose is empty.");
        }

        var words = WordsOf(context);
        if (words.Length == 0)
        {
            return context.Request.Context is null
                ? this.NotEvaluated("the caption is given when the file is sent, and the file itself carries no words.")
                : this.Scored(0, "Neither a note nor the file itself says what it shows.");
        }

        var profile = RelevanceProfile.Of(context.Request.Profile);
        var cosine = profile.Cosine(words);
        return this.Scored(
            RuleFindings.ToScore(profile.Share(cosine)),
            $"Similarity of its words to the purpose {Number(cosine)}; 0 points up to {Number(profile.Low)}, full points from {Number(profile.High)}.");
    }

    /// <summary>The contributor's note and intended use, and the words in the file.</summary>
    internal static string WordsOf(ValidationContext context)
    {
        var inside = context.Content switch
        {
            PictureContent picture => picture.Words,
            SoundContent sound => sound.Words,
            _ => "",
        };
        return string.Join('\n', ((string?[])[context.Request.Context?.Usefulness, context.Request.Context?.IntendedUse, inside]).Where(text => !string.IsNullOrWhiteSpace(text)));
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
