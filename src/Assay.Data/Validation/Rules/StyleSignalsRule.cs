using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>Readability, insults and boilerplate: shown to people, never part of the score.</summary>
/// <remarks>Flesch reading ease (Flesch 1948): 206.835 − 1.015 words a sentence − 84.6 syllables a word, for English; syllables are counted as groups of vowels.</remarks>
public sealed class StyleSignalsRule : IValidationRule
{
    private const int FewestWords = 40;
    private const double InsultsPerThousand = 2;

    /// <inheritdoc/>
    public string Id => "style-signals";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Nothing must be fixed; look whether insults belong there, and remove navigation, cookie notices and the like.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Words.Text;
        var words = Words.In(text);
        if (words.Count < FewestWords)
        {
            return this.NotEvaluated($"the text has {words.Count} words; {FewestWords} are needed.");
        }

        var insults = words.Where(range => TextSignals.IsInsult(text.AsSpan(range))).ToList();
        var boilerplate = TextSignals.FindBoilerplate(text);
        var evidence = new List<Evidence>();
        if (context.Profile.IsRunningText)
        {
            evidence.Add(new Evidence($"Reading ease {TextSignals.ReadingEase(text, words).ToString("0", CultureInfo.InvariantCulture)} of 100 (Flesch, meant for English)."));
        }

        if (insults.Count > 0)
        {
            evidence.Add(context.Words.At($"{insults.Count} insulting words in {words.Count}; the first is here.", insults[0].Start.Value, insults[0].End.Value));
        }

        if (boilerplate is { } place)
        {
            evidence.Add(context.Words.At($"Boilerplate of web pages: \"{text[place]}\".", place.Start.Value, place.End.Value));
        }

        var passed = (insults.Count * 1000 > InsultsPerThousand * words.Count ? 0 : 1) + (boilerplate is null ? 1 : 0);
        return this.Scored(passed * 500, evidence.Count > 0 ? evidence : [new Evidence("Nothing stands out.")]);
    }
}
