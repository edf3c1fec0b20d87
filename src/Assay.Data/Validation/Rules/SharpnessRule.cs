using System.Globalization;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A signal: how sharp a picture is. A blurred picture may be what a datanet wants, so it never enters the sum.</summary>
/// <remarks>Variance of the Laplacian (Pech-Pacheco et al. 2000) at 512 pixels on the longer side.</remarks>
public sealed class SharpnessRule : IValidationRule
{
    private const double Blurred = 20, Sharp = 100;

    /// <inheritdoc/>
    public string Id => "sharpness";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Send the picture sharp and not scaled up, if you have it.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Image;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var sharpness = ((PictureContent)context.Content).Sharpness;
        return this.Scored(
            RuleFindings.ToScore((sharpness - Blurred) / (Sharp - Blurred)),
            $"Variance of the Laplacian {sharpness.ToString("0", CultureInfo.InvariantCulture)}; below {Blurred} a picture looks blurred, from {Sharp} sharp. A signal only.");
    }
}
