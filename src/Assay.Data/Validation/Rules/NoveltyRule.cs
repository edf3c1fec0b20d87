using System.Globalization;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>How much of a file is new to its datanet. The index lies with the server; scoring what it found is pure.</summary>
public sealed class NoveltyRule : IValidationRule
{
    private const int CountsAsNothing = 200;
    private const int Shown = 5, ShownLength = 160;

    /// <inheritdoc/>
    public string Id => "novelty";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 15;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Contribute what the datanet does not hold yet; the neighbours show what it holds.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.NotEvaluated("only the server has the index of earlier records.");

    /// <summary>Scores a file from its records' nearest neighbours: the length-weighted mean of the record novelties, 0 below 200.</summary>
    /// <param name="neighbours">One per record; a record without a candidate carries <see cref="Resemblance.None"/>.</param>
    public static ValidationFinding Score(IReadOnlyList<RecordNeighbour> neighbours)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        var rule = new NoveltyRule();
        var length = neighbours.Sum(record => (long)record.Length);
        if (length == 0)
        {
            return rule.NotEvaluated("the file has no records with words.");
        }

        var mean = (int)(neighbours.Sum(record => (long)record.Length * record.Resemblance.Novelty()) / length);
        var near = Near(neighbours);
        return rule.Scored(mean < CountsAsNothing ? 0 : mean,
        [
            new Evidence(near.Count == 0
                ? $"None of the {neighbours.Count} records resembles an earlier one."
                : $"{near.Count} of {neighbours.Count} records resemble earlier ones, {near.Count(record => record.Resemblance.Novelty() == 0)} so closely that they are left out of training."),
            .. near.Take(Shown).Select(Describe),
        ]);
    }

    /// <summary>The finding for a file whose normalised text an earlier file already has.</summary>
    /// <param name="earlier">What the earlier file is called in the evidence.</param>
    public static ValidationFinding SameText(string earlier) =>
        new NoveltyRule().Scored(0, $"The text equals that of {earlier}, but for case, punctuation and spaces.");

    /// <summary>The neighbours that the finding describes one by one.</summary>
    public static IEnumerable<RecordNeighbour> Told(IReadOnlyList<RecordNeighbour> neighbours) => Near(neighbours).Take(Shown);

    private static List<RecordNeighbour> Near(IReadOnlyList<RecordNeighbour> neighbours) =>
        [.. neighbours.Where(record => record.Resemblance.Novelty() < 1000).OrderBy(record => record.Resemblance.Novelty())];

    private static Evidence Describe(RecordNeighbour record)
    {
        var percent = (record.Resemblance.Jaccard() * 100).ToString("0", CultureInfo.InvariantCulture);
        var text = record.NeighbourText is { } shown ? $": \"{shown}\"" : "";
        var shared = record.Passages.Count == 0 ? "" : $"; word for word: {string.Join(", ", record.Passages.Select(passage => $"\"{(passage.Length > ShownLength ? passage[..ShownLength] + "…" : passage)}\""))}";
        return new Evidence($"Record {record.Record + 1} is {percent} % like {record.Neighbour ?? "an earlier record"}{text}{shared}.", Row: record.Record + 1);
    }
}
