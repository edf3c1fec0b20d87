using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>Private keys, tokens and passwords. One is enough to reject: whoever finds it may be inside somebody's account.</summary>
public sealed class SecretsRule : IValidationRule
{
    private const int Shown = 5, ShownCharacters = 4;

    /// <inheritdoc/>
    public string Id => "secrets";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Remove the secret, revoke it where it is valid, and send the file again.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Everything.Text;
        var found = Secrets.Find(text);
        return found.Count == 0
            ? this.Scored(1000, "No private key, token or password found.")
            : this.Scored(0, [.. found.Take(Shown).Select(secret => context.Everything.At(
                $"Looks like a {secret.Kind}: '{text.AsSpan(secret.Start, ShownCharacters)}…', {secret.End - secret.Start} characters.", secret.Start, secret.End))]);
    }
}
