using Assay.Data.Duplicates;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>At least 0.3 of a record stands word for word in another public datanet: a person looks whether the contributor may give it.</summary>
public sealed class PlagiarismRule : IValidationRule
{
    private const double Least = 0.3;
    private const int Shown = 5;

    /// <inheritdoc/>
    public string Id => "plagiarism";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Contribute text of your own, or say in the source where the passages are from and under which licence.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.NotEvaluated("only the server has the other datanets.");

    /// <summary>Scores a file from what its records share with records of other datanets: 0 when any of them reaches 0.3.</summary>
    /// <param name="overlaps">The largest overlap of each record that has any.</param>
    /// <param name="records">Records of the file.</param>
    public static ValidationFinding Score(IReadOnlyList<RecordOverlap> overlaps, int records)
    {
        ArgumentNullException.ThrowIfNull(overlaps);
        var rule = new PlagiarismRule();
        var taken = Counted(overlaps);
        return records == 0 ? rule.NotEvaluated("the file has no records.")
            : taken.Count == 0 ? rule.Scored(1000, "No record stands in another public datanet.")
            : rule.Scored(0,
            [
                new Evidence($"{taken.Count} of {records} records stand in part in another public datanet."),
                .. taken.Take(Shown).Select(overlap => DerivedRule.Describe(overlap, $"has {DerivedRule.Percent(overlap.Borrowed())} of its words from {overlap.Neighbour}")),
            ]);
    }

    /// <summary>The overlaps that the finding describes one by one.</summary>
    public static IEnumerable<RecordOverlap> Told(IReadOnlyList<RecordOverlap> overlaps) => Counted(overlaps).Take(Shown);

    private static List<RecordOverlap> Counted(IReadOnlyList<RecordOverlap> overlaps) =>
        [.. overlaps.Where(overlap => overlap.IsElsewhere && overlap.Borrowed() >= Least).OrderByDescending(overlap => overlap.Borrowed())];
}
