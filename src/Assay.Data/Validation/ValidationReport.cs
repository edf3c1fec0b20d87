namespace Assay.Data.Validation;

/// <summary>The decision on a file and everything it rests on.</summary>
/// <param name="Decision">What becomes of the file.</param>
/// <param name="Score">The sum written out.</param>
/// <param name="Findings">One per rule.</param>
public sealed record ValidationReport(ContributionDecision Decision, ValidationScore Score, IReadOnlyList<ValidationFinding> Findings)
{
    /// <summary>Decides from findings. A finding in <paramref name="later"/> (novelty, from the server's index) replaces the one of the same rule.</summary>
    public static ValidationReport Decide(IReadOnlyList<ValidationFinding> findings, ValidationPolicy policy, params IReadOnlyList<ValidationFinding> later)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(later);
        ValidationFinding[] all =
        [
            .. findings.Select(finding => later.FirstOrDefault(other => other.Rule == finding.Rule) ?? finding),
            .. later.Where(other => findings.All(finding => finding.Rule != other.Rule)),
        ];
        var score = ValidationScore.Combine(all, policy);
        return new ValidationReport(ContributionDecision.From(score.Score, policy), score, all);
    }

    /// <summary>The report of a file that the gate did not take.</summary>
    public static ValidationReport Refuse(GateRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ValidationFinding[] findings = [refusal.ToFinding()];
        return new ValidationReport(ContributionDecision.Refused, new ValidationScore(0, 0, 0, 0, 0, 0, 0, []), findings);
    }
}
