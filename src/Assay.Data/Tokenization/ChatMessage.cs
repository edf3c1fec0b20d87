namespace Assay.Data.Tokenization;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>; templates decide which they take.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string Content);
