using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A picture or clip decodes to its end and its checksums hold. What is cut off, changed or followed by something else gets 0 from the pipeline, which knows where.</summary>
/// <param name="judged">The kind of datanet whose files it judges.</param>
public sealed class DecodingRule(DatanetKind judged) : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "integrity";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 20;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Save or export it again and send the new file.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == judged;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.Scored(1000, $"Read to the end, nothing missing and nothing behind it: {context.Content.Describe()}.");
}
