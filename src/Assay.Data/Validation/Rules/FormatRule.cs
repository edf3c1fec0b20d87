using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>The whole file parses as its type. What cannot be parsed gets 0 from the pipeline, which knows why.</summary>
/// <param name="judged">The kind of datanet whose files it judges.</param>
/// <param name="weight">Its share in that kind's sum.</param>
public sealed class FormatRule(DatanetKind judged, int weight) : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "format";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => weight;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Send a whole file of the type that its name says.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == judged;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.Scored(1000, $"Read in full as {context.Type.Name}: {context.Content.Describe()}.");
}
