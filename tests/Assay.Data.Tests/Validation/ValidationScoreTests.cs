using Assay.Data.Validation;

namespace Assay.Data.Tests.Validation;

public sealed class ValidationScoreTests
{
    private static readonly ValidationPolicy Policy = ValidationPolicy.Default;

    [Fact]
    public void The_worked_example_scores_861_and_is_accepted()
    {
        var score = ValidationScore.Combine(Findings(1000, 850, 1000, 1000, 620, 900, 1000, 1000, 500), Policy);

        Assert.Equal(861, score.Score);
        Assert.Equal(100, score.EvaluatedWeight);
        Assert.Equal(ContributionDecision.Accepted, ContributionDecision.From(score.Score, Policy));
    }

    [Fact]
    public void Without_novelty_the_sum_is_726_and_the_cap_rejects()
    {
        var score = ValidationScore.Combine(Findings(1000, 850, 1000, 1000, 620, 0, 1000, 1000, 500), Policy);

        Assert.Equal((726, 499), (score.Uncapped, score.Score));
        Assert.Equal(["novelty"], score.CappedBy);
        Assert.Equal(ContributionDecision.Rejected, ContributionDecision.From(score.Score, Policy));
    }

    [Fact]
    public void Without_relevance_the_sum_is_737_and_a_person_looks()
    {
        var score = ValidationScore.Combine(Findings(1000, 850, 1000, 1000, 0, 900, 1000, 1000, 500), Policy);

        Assert.Equal((737, 599), (score.Uncapped, score.Score));
        Assert.Equal(ContributionDecision.Review, ContributionDecision.From(score.Score, Policy));
    }

    [Fact]
    public void Many_weak_findings_end_in_review_without_any_cap()
    {
        var score = ValidationScore.Combine(Findings(1000, 200, 1000, 800, 200, 300, 1000, 1000, 0), Policy);

        Assert.Equal((535, 535), (score.Uncapped, score.Score));
        Assert.Equal(ContributionDecision.Review, ContributionDecision.From(score.Score, Policy));
    }

    [Fact]
    public void Offline_the_decision_rests_on_the_evaluated_weight_and_the_range_spans_the_rest()
    {
        var score = ValidationScore.Combine(Findings(1000, 850, 1000, 1000, 620, null, 1000, 1000, null), Policy);

        Assert.Equal(876, score.Score);
        Assert.Equal((80, 100), (score.EvaluatedWeight, score.FullWeight));
        Assert.Equal((701, 901), (score.Least, score.Most));
    }

    [Theory]
    [InlineData(600, ContributionDecision.Accepted)]
    [InlineData(599, ContributionDecision.Review)]
    [InlineData(500, ContributionDecision.Review)]
    [InlineData(499, ContributionDecision.Rejected)]
    public void The_band_below_acceptance_goes_to_a_person(int score, ContributionDecision expected) =>
        Assert.Equal(expected, ContributionDecision.From(score, Policy));

    [Fact]
    public void A_stricter_owner_moves_the_band_along()
    {
        var strict = new ValidationPolicy { Accept = 900 };

        Assert.Equal(ContributionDecision.Review, ContributionDecision.From(800, strict));
        Assert.Equal(ContributionDecision.Rejected, ContributionDecision.From(799, strict));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ValidationPolicy { Accept = 599 });
    }

    [Fact]
    public void Nothing_evaluated_is_nothing_earned()
    {
        var score = ValidationScore.Combine(Findings(null, null, null, null, null, null, null, null, null), Policy);

        Assert.Equal((0, 0, 1000), (score.Score, score.Least, score.Most));
    }

    [Theory]
    [InlineData(Data.FileTypes.DatanetKind.Text)]
    [InlineData(Data.FileTypes.DatanetKind.Image)]
    [InlineData(Data.FileTypes.DatanetKind.Audio)]
    public void The_weights_of_a_kinds_rules_sum_to_100_and_their_names_differ(Data.FileTypes.DatanetKind kind)
    {
        var rules = ValidationRules.For(kind).ToList();

        Assert.Equal(100, rules.Sum(rule => rule.Weight));
        Assert.Equal(rules.Count, rules.Select(rule => rule.Id).Distinct().Count());
    }

    private static ValidationFinding[] Findings(params int?[] scores)
    {
        string[] names = ["format", "structure", "substance", "integrity", "relevance", "novelty", "repetition", "language", "context"];
        var rules = names.Select(name => ValidationRules.For(Data.FileTypes.DatanetKind.Text).Single(rule => rule.Id == name));
        return [.. rules.Zip(scores, (rule, score) => new ValidationFinding(rule.Id, rule.Version, score, rule.Weight, rule.OnZero, [new Evidence("as given")]))];
    }
}
