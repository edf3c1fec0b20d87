using Assay.Data.Duplicates;
using Assay.Server.Contributions;
using Assay.Server.Gates;

namespace Assay.Server.Tests.Gates;

public sealed class GatesTests
{
    [Fact]
    public void A_population_is_the_same_on_every_machine_and_another_seed_gives_another()
    {
        var (one, again, other) = (Days(1), Days(1), Days(2));

        Assert.Equal(one, again);
        Assert.NotEqual(one.Select(file => file.Text), other.Select(file => file.Text));
        Assert.Equal([Habit.Honest, Habit.Careless, Habit.Copying, Habit.Spamming], one.Select(file => file.Habit).Distinct().Order());
        Assert.Contains(one, file => file.Habit == Habit.Copying && one.Any(earlier => earlier != file && earlier.Text == file.Text));
    }

    [Fact]
    public void Held_out_questions_are_asked_in_a_manner_that_no_contributor_uses()
    {
        var facts = new HarborFacts(1);
        var sent = string.Join('\n', Days(1).Select(file => file.Text));

        Assert.Equal(12 * 8 * 6, facts.Facts.Count);
        Assert.All(facts.Facts, fact => Assert.Contains(fact.Value, fact.Answers[HarborFacts.HeldOutManner], StringComparison.Ordinal));
        Assert.All(facts.Facts, fact => Assert.DoesNotContain(fact.Questions[HarborFacts.HeldOutManner], sent, StringComparison.Ordinal));
        Assert.True(facts.Facts.Count(fact => sent.Contains(fact.Questions[0], StringComparison.Ordinal)) > 10);
    }

    [Fact]
    public void An_arm_without_rules_takes_what_arrives_first_and_never_more_bytes_than_its_budget()
    {
        var files = Days(3);
        var whole = GateSimulation.Unjudged(files, long.MaxValue);
        var half = GateSimulation.Unjudged(files, whole.Sum(line => line.Bytes) / 2);

        Assert.True(half.Sum(line => line.Bytes) <= whole.Sum(line => line.Bytes) / 2);
        Assert.Equal(whole.Take(half.Count), half);
        Assert.True(half.Sum(line => line.Bytes) + whole[half.Count].Bytes > whole.Sum(line => line.Bytes) / 2);
    }

    [Fact]
    public void Changed_words_make_a_copy_less_like_its_source_the_more_there_are()
    {
        var text = Days(1).First(file => file.Habit == Habit.Honest).Text;
        double Like(double share) => ContentSignature.Compare(text, Mischief.ChangeWords(text, share, new Chance(4))).Jaccard();

        Assert.Equal(1, Like(0));
        Assert.True(Like(0.05) > Like(0.2) && Like(0.2) > Like(0.6));
    }

    [Fact]
    public void The_interval_of_a_mean_holds_it_and_narrows_with_more_questions()
    {
        var chance = new Chance(9);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => 0.5 + (chance.Next(-1000, 1001) / 1000.0))];
        var (few, many) = (PairedBootstrap.Of(Draw(20), 1), PairedBootstrap.Of(Draw(2000), 1));

        Assert.True(few.Low < few.Mean && few.Mean < few.High);
        Assert.True(many.High - many.Low < (few.High - few.Low) / 4);
        Assert.InRange(0.5, many.Low, many.High);
        Assert.Equal((2.0, 2.0, 2.0), PairedBootstrap.Of([2.0, 2.0], 1));
    }

    [Fact]
    public void A_bad_start_is_forgotten_after_thirty_decisions_and_a_coin_never_passes_care()
    {
        var rows = RankGains.All(1).ToDictionary(row => row.Trick, row => (row.Honest, row.WithTrick));

        Assert.All(rows.Where(row => row.Key.Contains("30 acceptances", StringComparison.Ordinal) || row.Key.Contains("60 acceptances", StringComparison.Ordinal)), row => Assert.Equal(row.Value.Honest, row.Value.WithTrick));
        Assert.All(rows.Where(row => row.Key.StartsWith("a coin", StringComparison.Ordinal)), row => Assert.True(row.Value.WithTrick < row.Value.Honest * 0.8));
        Assert.Equal(10, rows.Count);
    }

    [Fact]
    public void The_report_compares_question_by_question()
    {
        var report = new GateReport(1, 1, [new GateRun(1, [Arm("limits and rules", 1), Arm("neither", 1.5)], [new HabitFigures("honest", 6, 12, 0, 9, 0, 3, 80, 1)])]);

        Assert.Contains("| neither | 0.500 | 0.500 to 0.500 |", report.ToText(), StringComparison.Ordinal);

        static GateArm Arm(string name, double loss) => new(name, 1, 10, [2, 2], [loss, loss]);
    }

    [Fact]
    public async Task A_day_of_the_population_goes_through_the_real_gate()
    {
        await using var server = await AssayServer.StartAsync(null, "Compute:StartWorkers=true", "Review:AuditShare=0", "Review:AuditShareUnproven=0");
        var facts = new HarborFacts(1);
        using var simulation = new GateSimulation(server.Application, new SteppedClock(), new Population(facts, 1), facts);

        await simulation.RunAsync(1, 1, TestContext.Current.CancellationToken);

        Assert.Contains(simulation.Sent, sent => sent is { File.Habit: Habit.Spamming, Answer: "quota" });
        Assert.Equal(simulation.Sent.Count(sent => sent.Answer == "received"), simulation.Decided.Values.Sum());
        Assert.DoesNotContain(simulation.Decided, pair => pair.Key.Contributor.StartsWith("spamming", StringComparison.Ordinal) && pair.Key.State == ContributionState.Accepted);
        Assert.NotEmpty(simulation.Accepted);
    }

    private static List<SentFile> Days(ulong seed)
    {
        var population = new Population(new HarborFacts(seed), seed);
        return [.. population.Day(0), .. population.Day(1)];
    }
}
