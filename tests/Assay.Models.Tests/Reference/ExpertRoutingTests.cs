using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Reference;

public sealed class ExpertRoutingTests
{
    private static readonly float[] Logits = [1, 3, 2, 2.5f, -1, 0, 2.9f, -5];

    [Fact]
    public void The_best_by_softmax_keep_their_share_of_all()
    {
        var (experts, weights) = Choose(new RouterPlan("r", 8, 2, RouterScore.Softmax, Renormalise: false, Factor: 2));

        double sum = Logits.Sum(logit => Math.Exp(logit));
        Assert.Equal([1, 6], experts);
        AssertNear([2 * Math.Exp(3) / sum, 2 * Math.Exp(2.9f) / sum], weights);
    }

    [Fact]
    public void Renormalised_shares_add_up_to_the_factor() =>
        Assert.Equal(1.5, Choose(new RouterPlan("r", 8, 3, RouterScore.Softmax, Renormalise: true, Factor: 1.5)).Weights.Sum(), 1e-5);

    [Fact]
    public void Limited_to_groups_by_their_best_a_good_expert_of_a_dropped_group_is_not_chosen()
    {
        // Four groups of two with bests 3, 2.5, 0, 2.9: the first and the last stay.
        var (experts, _) = Choose(new RouterPlan("r", 8, 3, RouterScore.Softmax, Renormalise: false, Groups: new RouterGroups(4, 2, 1)));

        Assert.Equal([1, 6, 0], experts);
    }

    [Fact]
    public void A_bias_decides_the_choice_but_not_the_weight()
    {
        float[] bias = [0, -2, 0, 0, 0, 0, 0, 3];
        var (experts, weights) = Choose(new RouterPlan("r", 8, 2, RouterScore.Sigmoid, Renormalise: false), bias);

        Assert.Equal([7, 6], experts);
        AssertNear([Sigmoid(-5), Sigmoid(2.9f)], weights);
    }

    [Fact]
    public void A_group_counts_by_its_two_best_after_the_bias()
    {
        // Two groups of four: sums of the two best are 0.95 + 0.92 and 0.95 + 0.5, until a bias lifts an expert of the second to 1.
        var rule = new RouterPlan("r", 8, 1, RouterScore.Sigmoid, Renormalise: true, Groups: new RouterGroups(2, 1, 2));

        Assert.Equal([1], Choose(rule).Experts);
        Assert.Equal([5], Choose(rule, [0, 0, 0, 0, 0, 0.5f, 0, 0]).Experts);
        Assert.Equal(1, Choose(rule).Weights[0], 1e-6);
    }

    [Fact]
    public void Dropped_experts_score_zero_so_they_beat_negative_ones_that_were_kept()
    {
        float[] bias = [-0.9f, -0.1f, -0.9f, -0.1f, -2, -2, -2, -2];
        var (experts, _) = Choose(new RouterPlan("r", 8, 4, RouterScore.Sigmoid, Renormalise: true, Groups: new RouterGroups(2, 1, 2)), bias);

        Assert.Equal([1, 3], experts.Where(expert => expert < 4).Order());
        Assert.Equal(2, experts.Count(expert => expert >= 4));
    }

    private static (long[] Experts, double[] Weights) Choose(RouterPlan plan, float[]? bias = null)
    {
        using var scope = NewDisposeScope();
        var (experts, weights) = ExpertRouting.Choose(plan, tensor(Logits, 1, 8), bias is null ? null : tensor(bias));
        return (experts.data<long>().ToArray(), Array.ConvertAll(weights.contiguous().data<float>().ToArray(), weight => (double)weight));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static void AssertNear(double[] expected, double[] actual) => Assert.Equal(expected, actual, (one, other) => Math.Abs(one - other) < 1e-5);
}
