namespace Assay.Models.Generation;

/// <summary>A finished reply.</summary>
/// <param name="Tokens">New tokens, without the end token.</param>
/// <param name="Text">The reply; control tokens and stop texts left out.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
public sealed record GeneratedReply(IReadOnlyList<GeneratedToken> Tokens, string Text, StopReason Reason, int PromptTokens)
{
    /// <summary>Token ids of the reply.</summary>
    public int[] Ids => [.. Tokens.Select(token => token.Id)];
}
