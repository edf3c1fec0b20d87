using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>There is something to learn from: enough characters, at least one record, and letters that form words.</summary>
public sealed class SubstanceRule : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "substance";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 5;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Write at least 200 characters of running text (80 in Chinese, Japanese or Korean), or rows that hold 80 (40) together.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Words.Text;
        int visible = 0, letters = 0, latin = 0;
        foreach (var symbol in text)
        {
            visible += char.IsWhiteSpace(symbol) || char.IsControl(symbol) ? 0 : 1;
            letters += char.IsLetter(symbol) ? 1 : 0;
            latin += char.IsLetter(symbol) && symbol < '\u0250' ? 1 : 0;
        }

        var needed = context.Profile.FewestCharacters;
        if (text.AsSpan().Trim().Length < needed || visible == 0)
        {
            return this.Scored(0, $"The text has {text.AsSpan().Trim().Length} characters; {needed} are the least.");
        }

        if (context.Reading.Records.Count == 0)
        {
            return this.Scored(0, "No record could be made from the text.");
        }

        if (!context.Profile.IsTestedForGibberish || latin * 2 < letters || TrigramModel.Instance.Bits(text) is not { } bits)
        {
            return this.Scored(1000, $"{visible} visible characters; it is not tested for gibberish ({context.Profile}).");
        }

        var measured = $"{bits.ToString("0.00", CultureInfo.InvariantCulture)} bits per letter, and shuffled letters have {TrigramModel.Instance.Threshold.ToString("0.00", CultureInfo.InvariantCulture)}";
        return bits > TrigramModel.Instance.Threshold
            ? this.Scored(0, $"The letters do not form words of a known language: {measured}.")
            : this.Scored(1000, $"{visible} visible characters that form words: {measured}.");
    }
}
