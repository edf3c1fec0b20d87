using System.Globalization;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A picture shows something: it is not blank and not of one tone.</summary>
public sealed class PictureSubstanceRule : IValidationRule
{
    private const double LeastContrast = 4, LeastEntropy = 1;

    /// <inheritdoc/>
    public string Id => "content";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 10;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Send a picture that shows something; a person looks at blank ones.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Image;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var picture = (PictureContent)context.Content;
        var blank = IsBlank(picture);
        var figures = $"the brightness varies by {Number(picture.Contrast)} of 255 (standard deviation, least {Number(LeastContrast)}) and holds {Number(picture.Entropy)} bits a pixel (least {Number(LeastEntropy)})";
        return this.Scored(blank ? 0 : 1000, blank ? $"The picture is blank or nearly so: {figures}." : $"The picture shows something: {figures}.");
    }

    /// <summary>Whether a picture is blank or nearly so.</summary>
    internal static bool IsBlank(PictureContent picture) => picture.Contrast < LeastContrast || picture.Entropy < LeastEntropy;

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
