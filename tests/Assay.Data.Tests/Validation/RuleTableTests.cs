using Assay.Data.FileTypes;
using Assay.Data.Validation;

namespace Assay.Data.Tests.Validation;

public sealed class RuleTableTests
{
    [Theory]
    [InlineData(DatanetKind.Text)]
    [InlineData(DatanetKind.Image)]
    [InlineData(DatanetKind.Audio)]
    public void Every_rule_is_described_and_the_weights_of_a_kind_sum_to_a_hundred(DatanetKind kind)
    {
        var table = RuleTable.For(kind);

        Assert.All(table, rule => Assert.True(rule.Parameters.Length > 20 && rule.Fix.Length > 10, rule.Rule));
        Assert.Equal(ValidationRules.For(kind).Select(rule => (rule.Id, rule.Version, rule.Weight)), table.Select(rule => (rule.Rule, rule.Version, rule.Weight)));
    }

    [Fact]
    public void The_weights_of_texts_sum_to_a_hundred() => Assert.Equal(100, RuleTable.For(DatanetKind.Text).Sum(rule => rule.Weight));
}
