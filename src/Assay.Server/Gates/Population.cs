using System.Globalization;
using System.Text;

namespace Assay.Server.Gates;

/// <summary>Sixteen simulated contributors and what they send each day, from one seed.</summary>
internal sealed class Population(HarborFacts facts, ulong seed)
{
    private const int FactsPerFile = 6, HonestFiles = 2, CarelessFiles = 3, CopiedFiles = 8, SpamFiles = 40;

    private readonly Chance _chance = new(seed);
    private readonly List<string> _seen = [];

    public static IReadOnlyList<(string Name, Habit Habit)> People { get; } =
    [
        .. Enumerable.Range(1, 6).Select(i => ($"honest-{i}", Habit.Honest)),
        .. Enumerable.Range(1, 4).Select(i => ($"careless-{i}", Habit.Careless)),
        .. Enumerable.Range(1, 3).Select(i => ($"copying-{i}", Habit.Copying)),
        .. Enumerable.Range(1, 3).Select(i => ($"spamming-{i}", Habit.Spamming)),
    ];

    /// <summary>What everybody tries to send on one day, in the order in which it arrives.</summary>
    public List<SentFile> Day(int day)
    {
        var files = new List<SentFile>();
        foreach (var ((name, habit), person) in People.Zip(Enumerable.Range(0, People.Count)))
        {
            var count = habit switch { Habit.Honest => HonestFiles, Habit.Careless => CarelessFiles, Habit.Copying => CopiedFiles, _ => SpamFiles };
            for (var i = 0; i < count; i++)
            {
                files.Add(new SentFile(name, habit, $"{name}-{day}-{i}.md", ""));
            }
        }

        // Texts are written in the order of arrival: who copies can only copy what was there before.
        return _chance.Shuffled(files).ConvertAll(file =>
        {
            var text = Write(file.Habit, People.Index().First(person => person.Item.Name == file.Contributor).Index);
            _seen.Add(text);
            return file with { Text = text };
        });
    }

    private string Write(Habit habit, int person) => habit switch
    {
        Habit.Honest => Notes(person),
        Habit.Careless => Mischief.Damage(Notes(person), _chance),
        Habit.Copying when _seen.Count > 0 => Mischief.ChangeWords(_chance.Of(_seen), _chance.Of([0.0, 0.02, 0.05, 0.1, 0.2]), _chance),
        Habit.Copying => Notes(person),
        _ => Mischief.Spam(_chance),
    };

    /// <summary>Questions and answers about one part and some others, in the contributor's own manner.</summary>
    private string Notes(int person)
    {
        var manner = person % HarborFacts.Manners;
        var part = _chance.Of(facts.Names);
        var text = new StringBuilder($"# Notes on {part} and its neighbours\n");
        foreach (var fact in _chance.Shuffled(facts.Facts.Where(fact => fact.Part == part)).Concat(_chance.Shuffled(facts.Facts).Take(FactsPerFile)).Take(FactsPerFile + 2))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {fact.Questions[manner]}\n\n{fact.Answers[manner]}\n");
        }

        return text.ToString();
    }
}

internal enum Habit
{
    Honest,
    Careless,
    Copying,
    Spamming,
}

/// <summary>One file that somebody tries to send.</summary>
internal sealed record SentFile(string Contributor, Habit Habit, string Name, string Text);
