namespace Assay.Data.Validation;

/// <summary>What one rule says about one file.</summary>
/// <param name="Rule">Id of the rule, or <c>gate</c>.</param>
/// <param name="Version">Version of the rule; the same bytes and versions give the same score.</param>
/// <param name="Score">0 to 1000, or null when the rule could not be evaluated; the evidence then says why.</param>
/// <param name="Weight">Share in the sum; 0 for a signal that acts only through <paramref name="OnZero"/>.</param>
/// <param name="OnZero">What score 0 does.</param>
/// <param name="Evidence">What was seen, never empty.</param>
/// <param name="Fix">What the contributor can do, where the score is below 1000.</param>
public sealed record ValidationFinding(string Rule, int Version, int? Score, int Weight, OnZero OnZero, IReadOnlyList<Evidence> Evidence, string? Fix = null);
