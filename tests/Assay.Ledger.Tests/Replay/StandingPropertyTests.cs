using Assay.Ledger.Replay;
using CsCheck;

namespace Assay.Ledger.Tests.Replay;

/// <summary>The properties that the rank rule must have for every history.</summary>
public sealed class StandingPropertyTests
{
    private static readonly Gen<bool[]> Histories = Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100].Array[0, 150], (rate, draws) => draws.Select(draw => draw < rate).ToArray());

    [Fact]
    public void In_every_history_up_to_12_decisions_no_decision_lowers_the_standing_and_a_rejection_changes_nothing_that_orders()
    {
        var checkedHistories = 0;
        for (var length = 0; length <= 12; length++)
        {
            for (var bits = 0; bits < 1 << length; bits++)
            {
                var decisions = Enumerable.Range(0, length).Select(i => (bits >> i & 1) == 1).ToArray();
                AssertNextDecision(decisions);
                checkedHistories++;
            }
        }

        Assert.Equal((1 << 13) - 1, checkedHistories);
    }

    [Fact]
    public void In_long_random_histories_no_decision_lowers_the_standing_and_a_rejection_changes_nothing_that_orders() =>
        Histories.Sample(AssertNextDecision, iter: 2000);

    [Fact]
    public void The_standing_is_the_best_stretch_by_definition() => Histories.Sample(
        decisions => Assert.Equal(ByDefinition(decisions), StandingTests.History(decisions).Current.Value), iter: 1000);

    [Fact]
    public void A_bad_start_costs_nothing_in_the_end() => Gen.Select(Gen.Int[0, 60], Histories).Sample(
        (rejections, decisions) =>
        {
            var started = StandingTests.History([.. Enumerable.Repeat(false, rejections), .. decisions]).Current.Value;
            Assert.True(started >= BestLongStretch(decisions));
        },
        iter: 1000);

    [Fact]
    public void Overturned_and_voided_decisions_in_any_order_give_the_standing_of_the_definition() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 9]).Array[0, 120].Sample(
            events =>
            {
                var history = new StandingHistory("a");
                var log = new List<(int Contribution, bool Accepted)>();
                var voided = new HashSet<int>();
                foreach (var (i, (contribution, kind)) in events.Index())
                {
                    if (kind == 0)
                    {
                        history.Void(contribution);
                        voided.Add(contribution);
                    }
                    else
                    {
                        history.Decide(contribution, kind > 3, 500, i);
                        log.Add((contribution, kind > 3));
                    }
                }

                Assert.Equal(ByDefinition(log, voided), history.Current.Value);
            },
            iter: 1000);

    private static void AssertNextDecision(bool[] decisions)
    {
        var before = StandingTests.History(decisions).Current;
        var rejected = StandingTests.History([.. decisions, false]).Current;
        var accepted = StandingTests.History([.. decisions, true]).Current;

        Assert.Equal(Ordering(before), Ordering(rejected));
        Assert.True(accepted.Value >= before.Value);
        Assert.True(accepted.Live > before.Live);
    }

    private static (long Value, long ScoreSum, int ScoreCount, long ReachedAt) Ordering(Standing standing) =>
        (standing.Value, standing.ScoreSum, standing.ScoreCount, standing.ReachedAt);

    /// <summary>LB-2 word for word, without any of the shortcuts of the product's code.</summary>
    private static long ByDefinition(bool[] decisions) => ByDefinition([.. decisions.Index().Select(decision => (decision.Index, decision.Item))], []);

    private static long ByDefinition(List<(int Contribution, bool Accepted)> log, HashSet<int> voided)
    {
        var order = new List<int>();
        var result = new Dictionary<int, bool>();
        long reached = 0;
        foreach (var (contribution, accepted) in log)
        {
            if (!result.ContainsKey(contribution))
            {
                order.Add(contribution);
            }

            result[contribution] = accepted && !voided.Contains(contribution);
            bool[] now = [.. order.Select(c => result[c])];
            reached = Math.Max(reached, now.Length < 30 ? WilsonBound.Of(now.Count(a => a), now.Length) : BestLongStretch(now));
        }

        return reached;
    }

    private static long BestLongStretch(bool[] decisions)
    {
        long best = 0;
        for (var start = 0; start + 30 <= decisions.Length; start++)
        {
            var accepted = decisions.AsSpan(start, 29).Count(true);
            for (var end = start + 30; end <= decisions.Length; end++)
            {
                accepted += decisions[end - 1] ? 1 : 0;
                best = Math.Max(best, WilsonBound.Of(accepted, end - start));
            }
        }

        return best;
    }
}
