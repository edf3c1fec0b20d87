using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>Records that repeat a registered test set: training on it would make its figures worthless. 0.3 of a record's runs of 13 words are enough.</summary>
public sealed class ContaminationRule : IValidationRule
{
    private const double Least = 0.3;
    private const int Shown = 20;

    /// <summary>Records that the finding describes one by one.</summary>
    public const int Told = 5;

    /// <inheritdoc/>
    public string Id => "contamination";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Leave the records named out: they stand in a test set.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.NotEvaluated("only the server has the registered test sets.");

    /// <summary>Scores a file from what its records share with test sets.</summary>
    /// <param name="records">Of each record that shares any: its number from 1, the runs shared, its runs in all, and the test set's name.</param>
    /// <param name="sets">Test sets that were compared.</param>
    public static ValidationFinding Score(IReadOnlyList<(int Record, int Shared, int Runs, string TestSet)> records, int sets)
    {
        ArgumentNullException.ThrowIfNull(records);
        var rule = new ContaminationRule();
        if (sets == 0)
        {
            return rule.NotEvaluated("no test set is registered.");
        }

        var hits = records.Where(record => Reaches(record.Shared, record.Runs)).ToList();
        return hits.Count == 0
            ? rule.Scored(1000, $"No record stands in one of the {sets} registered test sets.")
            : rule.Scored(0,
            [
                new Evidence($"{hits.Count} records stand in a registered test set: {string.Join(", ", hits.Take(Shown).Select(hit => hit.Record))}{(hits.Count > Shown ? " …" : "")}."),
                .. hits.Take(Told).Select(hit => new Evidence($"Record {hit.Record} has {DerivedRule.Percent((double)hit.Shared / hit.Runs)} of its runs of 13 words from '{hit.TestSet}'.", Row: hit.Record)),
            ]);
    }

    /// <summary>Whether so much of a record stands in a test set that it counts.</summary>
    public static bool Reaches(int shared, int runs) => shared >= Least * runs;
}
