using System.Globalization;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A picture is large enough and no strip. One picture a file and at most 40 megapixels are checked before it is unpacked.</summary>
public sealed class PictureStructureRule : IValidationRule
{
    private const int Shorter = 224, Aspect = 8;

    /// <inheritdoc/>
    public string Id => "structure";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 10;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => $"Send one picture of at least {Shorter} pixels on its shorter side, at most {Aspect} times as long as wide, at most 40 megapixels.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Image;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var picture = (PictureContent)context.Content;
        var (shorter, longer) = (Math.Min(picture.Width, picture.Height), Math.Max(picture.Width, picture.Height));
        return shorter < Shorter ? this.Scored(0, $"The shorter side has {shorter} pixels; {Shorter} are the least.")
            : longer > (long)Aspect * shorter ? this.Scored(0, $"The picture is {Times(longer / (double)shorter)} times as long as wide; {Aspect} times is the most.")
            : this.Scored(1000, $"{picture.Width} × {picture.Height} pixels, one picture.");
    }

    private static string Times(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
