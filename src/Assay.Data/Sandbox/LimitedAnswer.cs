namespace Assay.Data.Sandbox;

/// <summary>What came of a question to a child process.</summary>
/// <param name="Line">The child's answer, or null when none came.</param>
/// <param name="Failure">Why none came, as a sentence; null when one did. The child is dead then.</param>
public sealed record LimitedAnswer(string? Line, string? Failure);
