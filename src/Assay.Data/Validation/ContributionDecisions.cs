namespace Assay.Data.Validation;

/// <summary>Turns a score into a decision.</summary>
public static class ContributionDecisions
{
    extension(ContributionDecision)
    {
        /// <summary>Accepted at or above <see cref="ValidationPolicy.Accept"/>, review in the band below it, rejected under the band.</summary>
        /// <param name="score">0 to 1000.</param>
        /// <param name="policy">The datanet's thresholds.</param>
        public static ContributionDecision From(int score, ValidationPolicy policy)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(score, 0);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(score, 1000);
            ArgumentNullException.ThrowIfNull(policy);
            return score >= policy.Accept ? ContributionDecision.Accepted
                : score >= policy.ReviewFloor() ? ContributionDecision.Review
                : ContributionDecision.Rejected;
        }
    }
}
