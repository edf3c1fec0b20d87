using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A signal: the picture says where it was taken, which may be where somebody lives.</summary>
public sealed class LocationRule : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "location";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "If the place is nobody's business, remove the position from the file and send it again.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Image;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) => ((PictureContent)context.Content).HasLocation
        ? this.Scored(0, "The file carries a GPS position (EXIF). The previews on the pages do not; the file itself keeps it. A signal only.")
        : this.Scored(1000, "The file carries no GPS position.");
}
