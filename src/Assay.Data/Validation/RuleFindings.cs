namespace Assay.Data.Validation;

/// <summary>Makes a rule's findings, so that id, version and weight are written in one place.</summary>
internal static class RuleFindings
{
    extension(IValidationRule rule)
    {
        /// <summary>An evaluated finding; the fix is shown below full score.</summary>
        public ValidationFinding Scored(int score, params IReadOnlyList<Evidence> evidence) =>
            new(rule.Id, rule.Version, score, rule.Weight, rule.OnZero, evidence, score < 1000 ? rule.Fix : null);

        /// <summary>An evaluated finding with one sentence of evidence.</summary>
        public ValidationFinding Scored(int score, string evidence) => rule.Scored(score, new Evidence(evidence));

        /// <summary>A finding left out of the sum.</summary>
        public ValidationFinding NotEvaluated(string reason) =>
            new(rule.Id, rule.Version, null, rule.Weight, rule.OnZero, [new Evidence($"Not evaluated: {reason}")]);
    }

    /// <summary>A share from 0 to 1 as a score, rounded down and clipped.</summary>
    public static int ToScore(double share) => double.IsNaN(share) ? 0 : (int)Math.Clamp(Math.Floor((share * 1000) + 1e-9), 0, 1000);
}
