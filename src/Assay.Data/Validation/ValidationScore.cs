namespace Assay.Data.Validation;

/// <summary>The weighted sum of a file's findings, with everything needed to write it out.</summary>
/// <param name="Score">S after caps, 0 to 1000.</param>
/// <param name="Uncapped">S before caps.</param>
/// <param name="Sum">Σ weight × score over the evaluated findings.</param>
/// <param name="EvaluatedWeight">Σ weight of the evaluated findings.</param>
/// <param name="FullWeight">Σ weight of all findings.</param>
/// <param name="Least">S over the full weight, before caps, if every missing finding came out 0.</param>
/// <param name="Most">The same if every missing finding came out 1000.</param>
/// <param name="CappedBy">The rules whose zero set the cap that <paramref name="Score"/> was lowered to; empty when none did.</param>
public sealed record ValidationScore(int Score, int Uncapped, int Sum, int EvaluatedWeight, int FullWeight, int Least, int Most, IReadOnlyList<string> CappedBy)
{
    private const int Highest = 1000;

    /// <summary>S = ⌊Σ wᵢ sᵢ / Σ wᵢ⌋ over the evaluated findings; a zero with <see cref="OnZero.Reject"/> caps it below the review band, one with <see cref="OnZero.Review"/> below acceptance.</summary>
    /// <exception cref="ArgumentException">A score is outside 0..1000 or a weight is negative.</exception>
    public static ValidationScore Combine(IReadOnlyList<ValidationFinding> findings, ValidationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(policy);
        int sum = 0, evaluated = 0, full = 0, cap = Highest;
        foreach (var finding in findings)
        {
            if (finding.Score is < 0 or > Highest || finding.Weight < 0)
            {
                throw new ArgumentException($"{finding.Rule} has score {finding.Score} and weight {finding.Weight}; scores are 0 to {Highest}, weights not negative.", nameof(findings));
            }

            full += finding.Weight;
            if (finding.Score is { } score)
            {
                sum += finding.Weight * score;
                evaluated += finding.Weight;
                cap = Math.Min(cap, Cap(finding, policy));
            }
        }

        var uncapped = evaluated == 0 ? 0 : sum / evaluated;
        return new ValidationScore(
            Math.Min(uncapped, cap), uncapped, sum, evaluated, full,
            full == 0 ? 0 : sum / full,
            full == 0 ? Highest : (sum + ((full - evaluated) * Highest)) / full,
            cap < uncapped ? [.. findings.Where(finding => Cap(finding, policy) == cap).Select(finding => finding.Rule)] : []);
    }

    private static int Cap(ValidationFinding finding, ValidationPolicy policy) => finding is not { Score: 0 } ? Highest : finding.OnZero switch
    {
        OnZero.Reject => policy.ReviewFloor() - 1,
        OnZero.Review => policy.Accept - 1,
        _ => Highest,
    };
}
