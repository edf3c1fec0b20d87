using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>There is something to learn from: enough characters, at least one record, and letters that form words.</summary>
public sealed class SubstanceRule : IValidationRule
{
    private const int FewestCharacters = 200, FewestIdeographic = 80;

    /// <inheritdoc/>
    public string Id => "substance";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 5;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Write at least 200 characters of running text (80 in Chinese, Japanese or Korean).";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Text.Text;
        int visible = 0, ideographs = 0, letters = 0, latin = 0;
        foreach (var symbol in text)
        {
            visible += char.IsWhiteSpace(symbol) || char.IsControl(symbol) ? 0 : 1;
            ideographs += Words.IsIdeographic(symbol) ? 1 : 0;
            letters += char.IsLetter(symbol) ? 1 : 0;
            latin += char.IsLetter(symbol) && symbol < '\u0250' ? 1 : 0;
        }

        var needed = ideographs * 2 > visible ? FewestIdeographic : FewestCharacters;
        if (text.AsSpan().Trim().Length < needed || visible == 0)
        {
            return this.Scored(0, $"The text has {text.AsSpan().Trim().Length} characters; {needed} are the least.");
        }

        if (context.Reading.Records.Count == 0)
        {
            return this.Scored(0, "No record could be made from the text.");
        }

        if (latin * 2 < letters || TrigramModel.Instance.Bits(text) is not { } bits)
        {
            return this.Scored(1000, $"{visible} visible characters; the script is not one that is tested for gibberish.");
        }

        var measured = $"{bits.ToString("0.00", CultureInfo.InvariantCulture)} bits per letter, and shuffled letters have {TrigramModel.Instance.Threshold.ToString("0.00", CultureInfo.InvariantCulture)}";
        return bits > TrigramModel.Instance.Threshold
            ? this.Scored(0, $"The letters do not form words of a known language: {measured}.")
            : this.Scored(1000, $"{visible} visible characters that form words: {measured}.");
    }
}
