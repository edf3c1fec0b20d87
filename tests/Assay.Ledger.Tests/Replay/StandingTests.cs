using System.Numerics;
using Assay.Ledger.Replay;

namespace Assay.Ledger.Tests.Replay;

public sealed class StandingTests
{
    [Theory]
    [InlineData("1a", 2065, 2065)]
    [InlineData("3a", 4385, 4385)]
    [InlineData("10a", 7225, 7225)]
    [InlineData("10a 1r", 6226, 7225)]
    [InlineData("10a 10r", 2993, 7225)]
    [InlineData("20a", 8389, 8389)]
    [InlineData("50a", 9286, 9286)]
    [InlineData("100a", 9630, 9630)]
    [InlineData("10r 10a", 2993, 2993)]
    [InlineData("10r 30a", 5981, 8865)]
    public void The_table_of_the_rank_rule_holds(string history, long live, long standing)
    {
        var current = History(Decisions(history)).Current;

        Assert.Equal(live, Hundredths(current.Live));
        Assert.Equal(standing, Hundredths(current.Value));
    }

    [Fact]
    public void After_ten_rejections_it_takes_27_acceptances_in_a_row_to_rise()
    {
        var history = Decisions("10a 10r");

        Assert.Equal(7225, Hundredths(History([.. history, .. Decisions("26a")]).Current.Value));
        Assert.Equal(7438, Hundredths(History([.. history, .. Decisions("27a")]).Current.Value));
    }

    [Fact]
    public void An_acceptance_strictly_raises_the_live_bound()
    {
        for (var n = 0; n < 400; n++)
        {
            for (var a = 0; a <= n; a++)
            {
                Assert.True(WilsonBound.Of(a + 1, n + 1) > WilsonBound.Of(a, n), $"{a} of {n}");
            }
        }
    }

    [Fact]
    public void Double_arithmetic_gives_the_same_billionths_as_exact_arithmetic()
    {
        for (var n = 1; n <= 2000; n += n < 200 ? 1 : 37)
        {
            for (var a = 1; a <= n; a++)
            {
                Assert.Equal(ExactBound(a, n), WilsonBound.Of(a, n));
            }
        }
    }

    [Fact]
    public void A_bound_of_more_accepted_than_decided_is_a_mistake() => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonBound.Of(2, 1));

    [Fact]
    public void An_overturned_rejection_counts_as_accepted_at_its_first_position()
    {
        var history = History(Decisions("1r 29a"));
        var before = history.Current.Value;

        history.Decide(contribution: 0, accepted: true, score: 500, index: 100);

        Assert.Equal(WilsonBound.Of(29, 30), before);
        Assert.Equal(WilsonBound.Of(30, 30), history.Current.Value);
        Assert.Equal((30, 30, 100), (history.Current.Accepted, history.Current.Decided, history.Current.ReachedAt));
    }

    [Fact]
    public void An_acceptance_that_is_taken_back_keeps_what_was_reached_but_lowers_the_live_bound()
    {
        var history = History(Decisions("10a"));

        history.Decide(contribution: 3, accepted: false, score: 100, index: 100);

        Assert.Equal(WilsonBound.Of(10, 10), history.Current.Value);
        Assert.Equal(WilsonBound.Of(9, 10), history.Current.Live);
        Assert.Equal(10, history.Current.Decided);
    }

    [Fact]
    public void The_trend_counts_the_last_ten_decisions_and_days_count_once()
    {
        var history = new StandingHistory("a");
        for (var i = 0; i < 25; i++)
        {
            history.Decide(i, accepted: i is < 15 or > 21, 700, i, timestamp: i / 10 * 86_400_000L);
        }

        Assert.Equal((3, 3), (history.Current.RecentAccepted, history.Current.ActiveDays));
        Assert.Equal(2, History(Decisions("1r 2a")).Current.RecentAccepted);
    }

    [Fact]
    public void A_void_takes_back_also_what_was_reached_with_it()
    {
        var history = History(Decisions("10a"));

        history.Void(contribution: 3);

        Assert.Equal(History(Decisions("3a 1r 6a")).Current, history.Current);
    }

    [Fact]
    public void Equal_standings_are_ordered_by_mean_score_then_time_then_account()
    {
        Standing At(string account, long value, long sum, int count, long reached) => new(account, value, sum, count, reached, 0, 0, 0);
        Standing[] expected =
        [
            At("z", 2, 1, 1, 9),
            At("y", 1, 1800, 2, 8),
            At("x", 1, 2697, 3, 2),
            At("w", 1, 899, 1, 5),
            At("a", 1, 899, 1, 6),
            At("b", 1, 899, 1, 6),
            At("c", 0, 0, 0, 0),
        ];

        Assert.Equal(expected, expected.Reverse().Order(Standing.BestFirst));
    }

    internal static StandingHistory History(IEnumerable<bool> decisions)
    {
        var history = new StandingHistory("a_0000000000000001");
        foreach (var (i, accepted) in decisions.Index())
        {
            history.Decide(contribution: i, accepted, Score(i, accepted), index: i);
        }

        return history;
    }

    internal static int Score(int i, bool accepted) => accepted ? 600 + (i * 37 % 400) : i * 37 % 400;

    /// <summary>"10a 3r": ten accepted, then three rejected.</summary>
    private static bool[] Decisions(string history) => [.. history.Split(' ').SelectMany(part => Enumerable.Repeat(part[^1] == 'a', int.Parse(part[..^1], null)))];

    private static long Hundredths(long billionths) => (long)Math.Round(billionths / 1e5);

    /// <summary>⌊10⁹ · W⌋ in integers with 60 decimal digits.</summary>
    private static long ExactBound(int a, int n)
    {
        // With z = 196/100 everything is scaled by 10⁶⁰; only the root is not exact, and it is cut after 60 digits.
        var scale = BigInteger.Pow(10, 60);
        var z2 = new BigInteger(196 * 196) * scale / 10_000;
        var root = Sqrt(((z2 * n) + (4 * (BigInteger)a * (n - a) * scale)) * scale / n);
        var top = (2 * a * scale) + z2 - (root * 196 / 100);
        return (long)(top * 1_000_000_000 / (2 * ((n * scale) + z2)));
    }

    private static BigInteger Sqrt(BigInteger value)
    {
        var root = (BigInteger)Math.Exp(BigInteger.Log(value) / 2);
        for (var i = 0; i < 12; i++)
        {
            root = (root + (value / root)) / 2;
        }

        return root;
    }
}
