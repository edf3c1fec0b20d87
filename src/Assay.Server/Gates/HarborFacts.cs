using System.Globalization;

namespace Assay.Server.Gates;

/// <summary>An imaginary library of a harbour, made from a seed: parts with properties whose values nobody can guess, told in several manners. What honest contributors know.</summary>
internal sealed class HarborFacts
{
    private static readonly string[] Subjects = ["Tide", "Lock", "Buoy", "Crane", "Berth", "Pilot", "Ballast", "Dredge", "Beacon", "Quay", "Mooring", "Sluice"];
    private static readonly string[] Parts = ["Gauge", "Planner", "Registry", "Meter", "Queue", "Monitor", "Log", "Controller"];
    private static readonly string[] Units = ["metres", "seconds", "tonnes", "knots", "hectopascals", "litres", "degrees", "millimetres"];
    private static readonly string[] Faults = ["GaugeOfflineException", "BerthTakenException", "StaleReadingException", "RangeExceededException", "PortClosedException", "LevelUnknownException"];
    private static readonly string[] Stores = ["the harbour log", "the reading store", "a file beside the port profile", "memory only", "the duty officer's journal"];

    /// <summary>The manner that nobody contributes in: what is measured is knowledge, not phrasing.</summary>
    public const int HeldOutManner = 3;

    /// <summary>Manners that contributors write in: 0, 1, 2.</summary>
    public const int Manners = 3;

    public HarborFacts(ulong seed)
    {
        var chance = new Chance(seed);
        Names = [.. Subjects.SelectMany(subject => Parts.Select(part => subject + part))];
        Facts = [.. Names.SelectMany(name => Make(name, chance))];
    }

    /// <summary>Names of the parts.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Every fact, the parts in order.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    private static IEnumerable<Fact> Make(string name, Chance chance)
    {
        string unit = chance.Of(Units), fault = chance.Of(Faults), store = chance.Of(Stores);
        var interval = Number(chance.Next(2, 90));
        var most = Number(chance.Next(3, 400));
        var threads = chance.Next(0, 2) == 0 ? "from any thread" : "from one thread at a time";
        yield return new Fact(name, "unit", unit,
            [$"In which unit does {name}.Read give its value?", $"What does {name}.Read return?", $"Which unit do values of a {name} have?", $"A {name} was read. What is the number counted in?"],
            [$"{name}.Read gives its value in {unit}, as a double. The value is the mean of the last ten soundings, so one wave does not disturb it.",
             $"It returns a double in {unit}. Harbor never converts it behind your back; a port that counts otherwise sets its own unit.",
             $"Values of a {name} are in {unit}. The unit stands in the reading itself, so that a log can be read years later.",
             $"The number is counted in {unit}."]);
        yield return new Fact(name, "interval", interval,
            [$"How often does a {name} take a reading?", $"What is the default of {name}.Interval?", $"How many minutes lie between two readings of a {name}?", $"When does a {name} look again?"],
            [$"A {name} takes one reading every {interval} minutes unless Interval says otherwise. Harbor accepts one second to one hour.",
             $"The default is {interval} minutes. A shorter interval costs power and rarely tells more about the water.",
             $"There are {interval} minutes between two readings of a {name}. The first is taken as soon as the port is open.",
             $"It looks again after {interval} minutes."]);
        yield return new Fact(name, "fault", fault,
            [$"What does {name}.Read throw when the sensor is silent?", $"Which exception ends a call of {name}.Read?", $"How does a {name} say that it cannot answer?", $"A {name} has no answer. What is thrown?"],
            [$"{name}.Read throws {fault} when the sensor has been silent for three intervals. It carries the time of the last good reading.",
             $"A failed call ends with {fault}. Catch it beside the call, because the harbour keeps working without this part.",
             $"It throws {fault}. The message names the port and what to look at first.",
             $"{fault} is thrown."]);
        yield return new Fact(name, "limit", most,
            [$"What is the largest value that {name}.Set accepts?", $"Where does {name}.Set end?", $"How high may {name}.Limit be?", $"Which number is the last that a {name} takes?"],
            [$"{name}.Set accepts values up to {most} {unit}. A larger one is refused before anything changes, with the limit in the message.",
             $"It ends at {most} {unit}. The port profile may lower this limit and never raise it.",
             $"{name}.Limit may be at most {most} {unit}; the default is half of it.",
             $"The last number it takes is {most} {unit}."]);
        yield return new Fact(name, "store", store,
            [$"Where does a {name} keep its readings?", $"What happens to old readings of a {name}?", $"Where are readings of a {name} stored?", $"Readings of a {name} are looked for. Where are they?"],
            [$"A {name} keeps its readings in {store}. They stay for one season and are then thinned to one a day.",
             $"Old readings stay in {store}. Nothing is deleted while a pilot schedule still refers to it.",
             $"They are stored in {store}, newest first, each with the version of the sensor that made it.",
             $"They are in {store}."]);
        yield return new Fact(name, "threads", threads,
            [$"Is {name} safe to use from several threads?", $"How may {name} be called?", $"Which threads may use a {name}?", $"Two threads want the same {name}. What holds?"],
            [$"{name} may be used {threads}. Only Dispose must not run while another call still waits for a reading.",
             $"Call it {threads}. Readings are immutable records and can be handed on freely.",
             $"A {name} may be used {threads}; the documentation of the port says the same of its children.",
             $"It may be used {threads}."]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One thing to know about a part, asked and told in four manners.</summary>
/// <param name="Value">What an answer must get right.</param>
internal sealed record Fact(string Part, string Property, string Value, IReadOnlyList<string> Questions, IReadOnlyList<string> Answers);
