using System.Globalization;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>Records that hold at least 0.3 of an earlier record of the same datanet word for word. Shown with the source, never counted.</summary>
public sealed class DerivedRule : IValidationRule
{
    /// <summary>Share of the earlier record's runs of four rare words from which a record counts as derived.</summary>
    internal const double Least = 0.3;

    private const int Shown = 5;

    /// <inheritdoc/>
    public string Id => "derived";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Nothing needs fixing: the source is named.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.NotEvaluated("only the server has the index of earlier records.");

    /// <summary>Scores a file from what its records share with earlier ones.</summary>
    /// <param name="overlaps">The largest overlap of each record that has any.</param>
    /// <param name="records">Records of the file.</param>
    public static ValidationFinding Score(IReadOnlyList<RecordOverlap> overlaps, int records)
    {
        ArgumentNullException.ThrowIfNull(overlaps);
        var rule = new DerivedRule();
        var derived = Counted(overlaps);
        return records == 0 ? rule.NotEvaluated("the file has no records.")
            : derived.Count == 0 ? rule.Scored(1000, "No record holds passages of an earlier one.")
            : rule.Scored((records - derived.Count) * 1000 / records,
            [
                new Evidence($"{derived.Count} of {records} records are partly derived from earlier ones."),
                .. derived.Take(Shown).Select(overlap => Describe(overlap, $"holds {Percent(overlap.Taken())} of {overlap.Neighbour}")),
            ]);
    }

    /// <summary>The overlaps that the finding describes one by one.</summary>
    public static IEnumerable<RecordOverlap> Told(IReadOnlyList<RecordOverlap> overlaps) => Counted(overlaps).Take(Shown);

    private static List<RecordOverlap> Counted(IReadOnlyList<RecordOverlap> overlaps) =>
        [.. overlaps.Where(overlap => !overlap.IsElsewhere && overlap.Taken() >= Least).OrderByDescending(overlap => overlap.Taken())];

    /// <summary>One overlap with its passages.</summary>
    internal static Evidence Describe(RecordOverlap overlap, string what)
    {
        var passages = string.Join(", ", overlap.Passages.Select(passage => $"\"{passage}\""));
        return new Evidence($"Record {overlap.Record} {what}{(passages.Length > 0 ? $"; word for word: {passages}" : "")}.", Row: overlap.Record);
    }

    internal static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";
}
