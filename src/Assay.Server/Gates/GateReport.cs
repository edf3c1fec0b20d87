using System.Globalization;
using System.Text;

namespace Assay.Server.Gates;

/// <param name="Before">Loss of each held-out question on the base, nats per token.</param>
/// <param name="After">The same after training on this arm.</param>
internal sealed record GateArm(string Name, int Records, long Bytes, double[] Before, double[] After);

/// <param name="Refused">Not received: over a limit, a copy, or refused often before.</param>
/// <param name="Standing">Mean standing in percent of those on the board.</param>
/// <param name="Rank">Their mean rank.</param>
internal sealed record HabitFigures(string Habit, int People, int Sent, int Refused, int Accepted, int InReview, int Rejected, double Standing, double Rank);

/// <summary>One population.</summary>
internal sealed record GateRun(ulong Seed, IReadOnlyList<GateArm> Arms, IReadOnlyList<HabitFigures> Habits);

/// <summary>What the benchmark found, as text or as JSON.</summary>
internal sealed record GateReport(int Days, int Steps, IReadOnlyList<GateRun> Runs)
{
    /// <summary>Held-out questions of each population.</summary>
    public const int HeldOut = 120;

    private const ulong BootstrapSeed = 1;

    public object ToFacts() => new
    {
        Days,
        Steps,
        Runs = Runs.Select(run => new
        {
            run.Seed,
            Arms = run.Arms.Select(arm => new { arm.Name, arm.Records, arm.Bytes, Before = arm.Before.Average(), After = arm.After.Average() }),
            run.Habits,
        }),
        Differences = Differences().Select(row => new { row.Arm, row.Mean, row.Low, row.High }),
        Ranks = RankGains.All(BootstrapSeed).Select(row => new { row.Trick, row.Honest, row.WithTrick }),
    };

    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Runs.Count} populations, {Days} days, {Steps} steps, {HeldOut} held-out questions each, loss in nats per token\n\n");
        text.Append("| seed | arm | records | bytes | base | after |\n|---|---|---|---|---|---|\n");
        foreach (var (run, arm) in Runs.SelectMany(run => run.Arms.Select(arm => (run, arm))))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {run.Seed} | {arm.Name} | {arm.Records} | {arm.Bytes} | {arm.Before.Average():F3} | {arm.After.Average():F3} |\n");
        }

        text.Append("\n| compared with limits and rules | loss more by | 95 % interval |\n|---|---|---|\n");
        foreach (var (arm, mean, low, high) in Differences())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {arm} | {mean:F3} | {low:F3} to {high:F3} |\n");
        }

        text.Append("\n| habit | people | sent | refused | accepted | in review | rejected | standing | rank |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var group in Runs.SelectMany(run => run.Habits).GroupBy(row => row.Habit))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {group.Key} | {group.Sum(row => row.People)} | {group.Sum(row => row.Sent)} | {group.Sum(row => row.Refused)} | {group.Sum(row => row.Accepted)} | {group.Sum(row => row.InReview)} | {group.Sum(row => row.Rejected)} | {group.Average(row => row.Standing):F1} | {group.Average(row => row.Rank):F1} |\n");
        }

        text.Append("\n| trick | without it | with it |\n|---|---|---|\n");
        foreach (var (trick, honest, with) in RankGains.All(BootstrapSeed))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {trick} | {honest / 1e7:F2} | {with / 1e7:F2} |\n");
        }

        return text.ToString();
    }

    /// <summary>Loss of each other arm minus that of the first, question by question over all populations.</summary>
    private IEnumerable<(string Arm, double Mean, double Low, double High)> Differences() => Enumerable.Range(1, Runs[0].Arms.Count - 1).Select(other =>
    {
        var (mean, low, high) = PairedBootstrap.Of([.. Runs.SelectMany(run => run.Arms[other].After.Zip(run.Arms[0].After, (one, gated) => one - gated))], BootstrapSeed);
        return (Runs[0].Arms[other].Name, mean, low, high);
    });
}
