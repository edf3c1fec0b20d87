using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>The whole file parses as its type. What cannot be parsed gets 0 from the pipeline, which knows why.</summary>
public sealed class FormatRule : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "format";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 10;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Send a whole file of the type that its name says.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => true;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Text;
        var pages = text.PageStarts.Count > 0 ? $", pages: {text.PageStarts.Count}" : "";
        var images = text.IgnoredImages > 0 ? $"; pictures left out: {text.IgnoredImages}" : "";
        return this.Scored(1000, $"Read in full as {context.Type.Name}: {text.Text.Length} characters{pages}{images}.");
    }
}
