using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Validation.Rules;

/// <summary>1 − the largest of four shares of damage, each against its own limit; a cut-off last record costs 0.2 more.</summary>
public sealed class IntegrityRule : IValidationRule
{
    private const double ReplacementLimit = 0.001, ControlLimit = 0.001, MojibakeLimit = 0.005, EmptyLimit = 0.05, CutOffCost = 0.2;

    /// <inheritdoc/>
    public string Id => "integrity";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 15;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Export the text again as UTF-8, complete and without control characters.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Everything.Text;
        var length = Math.Max(text.Length, 1);
        var damage = Count(text);
        var empty = context.Reading.Skipped.Count(part => part.HasEmptyField);
        var records = Math.Max(context.Reading.Records.Count + empty, 1);
        (double Share, string Words, int First)[] shares =
        [
            (damage.Replacement.Count / (double)length / ReplacementLimit, $"{damage.Replacement.Count} replacement characters (U+FFFD)", damage.Replacement.First),
            (damage.Control.Count / (double)length / ControlLimit, $"{damage.Control.Count} control characters", damage.Control.First),
            (damage.Mojibake.Count / (double)length / MojibakeLimit, $"{damage.Mojibake.Count} pairs of wrongly decoded characters (such as Ã©)", damage.Mojibake.First),
            (empty / (double)records / EmptyLimit, $"{empty} empty required fields", -1),
        ];
        var worst = Math.Min(shares.Max(share => share.Share), 1);
        var cutOff = !context.Profile.IsRows && IsCutOff(context.Reading.Records);
        List<Evidence> evidence =
        [
            .. shares.Where(share => share.Share > 0).OrderByDescending(share => share.Share)
                .Select(share => share.First < 0 ? new Evidence($"{share.Words}.") : context.Everything.At($"{share.Words}; the first is here.", share.First, share.First + 1)),
        ];
        if (cutOff)
        {
            var last = context.Reading.Records[^1];
            evidence.Add(new Evidence("The last record ends in the middle of a sentence, and the others do not.", last.Start, last.End, last.Index + 1));
        }

        var score = RuleFindings.ToScore(1 - worst - (cutOff ? CutOffCost : 0));
        return this.Scored(score, evidence.Count > 0 ? evidence : [new Evidence("No damaged characters, no empty fields, not cut off.")]);
    }

    private static ((int Count, int First) Replacement, (int Count, int First) Control, (int Count, int First) Mojibake) Count(string text)
    {
        (int Count, int First) replacement = (0, -1), control = (0, -1), mojibake = (0, -1);
        for (var at = 0; at < text.Length; at++)
        {
            var symbol = text[at];
            if (symbol == '\uFFFD')
            {
                replacement = Seen(replacement, at);
            }
            else if (char.IsControl(symbol) && symbol is not ('\t' or '\n' or '\r' or '\f'))
            {
                control = Seen(control, at);
            }
            else if (at + 1 < text.Length && IsMojibake(symbol, text[at + 1]))
            {
                mojibake = Seen(mojibake, at);
            }
        }

        return (replacement, control, mojibake);
    }

    private static (int Count, int First) Seen((int Count, int First) before, int at) => (before.Count + 1, before.First < 0 ? at : before.First);

    /// <summary>UTF-8 read as Latin-1 or Windows-1252: Ã or Â before a symbol of the upper half, or â€.</summary>
    private static bool IsMojibake(char first, char second) =>
        (first is 'Ã' && second is (>= '\u0080' and <= '\u00BF') or 'ƒ' or '‚')
        || (first is 'Â' && second is >= '\u0080' and <= '\u00BF')
        || (first is 'â' && second is '€' or '\u0080');

    private static bool IsCutOff(IReadOnlyList<DataRecord> records)
    {
        if (records.Count < 3 || EndsWhole(records[^1]))
        {
            return false;
        }

        var whole = records.Take(records.Count - 1).Count(EndsWhole);
        return whole * 10L >= (records.Count - 1) * 9L;
    }

    private static bool EndsWhole(DataRecord record)
    {
        var text = record.Turns[^1].Text;
        return text.Length > 0 && !char.IsLetterOrDigit(text[^1]) && text[^1] is not (',' or '-' or ';' or '(');
    }
}
