using System.CommandLine;
using System.Text.Json;
using Assay.Client;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Hosting;

namespace Assay.Server.Gates;

/// <summary><c>assay bench gates</c>: one simulated population with and without the limits and rules, the same bytes to train on, and what each adapter knows afterwards.</summary>
internal static class GatesCommand
{
    public static Command Make()
    {
        var data = new Option<string>("--data") { Description = "Empty or new folder for everything the benchmark writes", Required = true };
        var days = new Option<int>("--days") { Description = "Simulated days", DefaultValueFactory = _ => 6 };
        var seeds = new Option<int>("--seeds") { Description = "Populations, each from a seed of its own", DefaultValueFactory = _ => 3 };
        var steps = new Option<int>("--steps") { Description = "Training steps of each adapter", DefaultValueFactory = _ => 300 };
        var json = new Option<bool>("--json") { Description = "One JSON object on stdout, and nothing else" };
        var gates = new Command("gates", "Whether limits and rules make better data: simulated contributors, three arms, the same bytes") { data, days, seeds, steps, json };
        gates.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(data), parsed.GetValue(days), parsed.GetValue(seeds), parsed.GetValue(steps), parsed.GetValue(json), cancel));
        return new Command("bench", "Benchmarks of the platform") { gates };
    }

    private static async Task<int> RunAsync(string data, int days, int seeds, int steps, bool json, CancellationToken cancel)
    {
        if (days < 1 || seeds < 1 || steps < 1)
        {
            await Console.Error.WriteLineAsync($"--days is {days}, --seeds {seeds}, --steps {steps}; each is at least 1.");
            return 2;
        }

        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any())
        {
            await Console.Error.WriteLineAsync($"The folder '{data}' is not empty. Give an empty or new one with --data.");
            return 2;
        }

        var runs = new List<GateRun>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            runs.Add(await OneAsync(Path.Combine(Path.GetFullPath(data), $"seed-{seed}"), days, (ulong)seed, steps, cancel));
            await Console.Error.WriteLineAsync($"seed {seed}: done");
        }

        var report = new GateReport(days, steps, runs);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(report.ToFacts(), AssayJson.Options) : report.ToText());
        return 0;
    }

    private static async Task<GateRun> OneAsync(string folder, int days, ulong seed, int steps, CancellationToken cancel)
    {
        var clock = new SteppedClock();
        var settings = ServeCommand.Settings(Path.Combine(folder, "site"), 0);
        settings["Review:AuditShare"] = settings["Review:AuditShareUnproven"] = "0"; // nobody reviews here: what the rules leave to people is not accepted
        settings["Logging:LogLevel:Default"] = "Warning";
        await using var app = AssayHost.Build(settings, services => services.AddSingleton<TimeProvider>(clock));
        if (await ServeCommand.StartAsync(app, 0, cancel) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        var facts = new HarborFacts(seed);
        using var simulation = new GateSimulation(app, clock, new Population(facts, seed), facts);
        await simulation.RunAsync(days, seed, cancel);
        var home = app.Services.GetRequiredService<DataFolder>();
        var budget = simulation.Accepted.Sum(line => line.Bytes);
        (string Name, List<TrainingLine> Lines)[] arms =
        [
            ("limits and rules", simulation.Accepted),
            ("limits only", GateSimulation.Unjudged(simulation.Sent.Where(sent => sent.Answer == "received").Select(sent => sent.File), budget)),
            ("neither", GateSimulation.Unjudged(simulation.Sent.Select(sent => sent.File), budget)),
        ];
        var heldOut = new Chance(seed + 2000).Shuffled(facts.Facts).Take(GateReport.HeldOut).ToList();
        var results = new List<GateArm>();
        foreach (var (name, lines) in arms)
        {
            var (before, after) = await GateTraining.RunAsync(home, Path.Combine(folder, name.Replace(' ', '-')), lines, heldOut, steps, seed, cancel);
            results.Add(new GateArm(name, lines.Count, lines.Sum(line => line.Bytes), before, after));
        }

        await app.StopAsync(CancellationToken.None);
        return new GateRun(seed, results, Habits(simulation));
    }

    private static List<HabitFigures> Habits(GateSimulation simulation) => [.. Population.People.GroupBy(person => person.Habit).Select(group =>
    {
        var names = group.Select(person => person.Name).ToHashSet();
        int In(ContributionState state) => simulation.Decided.Where(pair => names.Contains(pair.Key.Contributor) && pair.Key.State == state).Sum(pair => pair.Value);
        var standings = simulation.Board.Rows.Where(row => names.Contains(row.Name)).ToList();
        return new HabitFigures(group.Key.ToString().ToLowerInvariant(), group.Count(), simulation.Sent.Count(sent => sent.File.Habit == group.Key),
            simulation.Sent.Count(sent => sent.File.Habit == group.Key && sent.Answer != "received"), In(ContributionState.Accepted), In(ContributionState.Review), In(ContributionState.Rejected),
            standings.Count == 0 ? 0 : standings.Average(row => row.Standing / 1e7), standings.Count == 0 ? 0 : standings.Average(row => row.Rank));
    })];
}
