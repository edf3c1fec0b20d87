using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>The share of well-formed records: full score at 100 %, none at 80 % and below.</summary>
public sealed class StructureRule : IValidationRule
{
    private const int Shown = 5;

    /// <inheritdoc/>
    public string Id => "structure";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 15;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Write rows with known columns, Q: and A: blocks, sections of 100 to 8,000 characters under headings, or paragraphs with sentences in them.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var good = context.Reading.Records.Count;
        var bad = context.Reading.Skipped.Where(part => part.Malformed).ToList();
        var total = good + bad.Count;
        if (total == 0)
        {
            return this.Scored(0, "No record was found.");
        }

        var forms = string.Join(", ", context.Reading.Records.GroupBy(record => record.Form).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Word(group.Key)}{(group.Count() == 1 ? "" : "s")}"));
        var summary = new Evidence($"{good} of {total} records are well formed{(forms.Length > 0 ? $": {forms}" : "")}.");
        var score = (int)Math.Clamp(((1000L * good) - (800L * total)) * 5 / total, 0, 1000);
        return this.Scored(score,
        [
            summary,
            .. bad.Take(Shown).Select(part => new Evidence(part.Reason, part.Start, part.End, part.Row)),
            .. context.Reading.Skipped.Where(part => !part.Malformed).Take(Shown).Select(part => new Evidence($"Left out: {part.Reason}", part.Start, part.End, part.Row)),
        ]);
    }

    private static string Word(Records.RecordForm form) => form switch
    {
        Records.RecordForm.QuestionAnswer => "question-and-answer block",
        Records.RecordForm.Section => "section",
        Records.RecordForm.Instruction => "instruction row",
        Records.RecordForm.Conversation => "conversation",
        _ => "chunk",
    };
}
