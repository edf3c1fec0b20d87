namespace Assay.Models.Generation;

/// <summary>One new token of a reply.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Text that became certain with it; often empty, never half a character.</param>
/// <param name="LogProbability">Natural logarithm of its probability under the untouched logits.</param>
public sealed record GeneratedToken(int Id, string Text, double LogProbability)
{
    /// <summary>The most likely tokens in its place, most likely first; empty unless asked for.</summary>
    public IReadOnlyList<TokenProbability> Alternatives { get; init; } = [];
}
