namespace Assay.Data.Validation.Texts;

/// <summary>The counts that filters for crawled web pages look at.</summary>
/// <param name="Words">Words, as <see cref="Texts.Words"/> cuts them.</param>
/// <param name="WordCharacters">Characters in words.</param>
/// <param name="WordsWithLetters">Words with at least one letter.</param>
/// <param name="StopWords">How many of the eight English stop words appear at least once.</param>
/// <param name="Symbols">Number signs and ellipses.</param>
/// <param name="Lines">Lines that are not blank.</param>
/// <param name="Bullets">Lines that begin with a bullet.</param>
/// <param name="Ellipses">Lines that end with an ellipsis.</param>
/// <param name="Ended">Lines that end with punctuation.</param>
/// <param name="Short">Lines of 30 characters and fewer.</param>
/// <param name="Thin">Lines of fewer than three words.</param>
/// <param name="Sentences">Sentence ends.</param>
/// <param name="HasBrace">Whether an opening brace appears.</param>
internal sealed record WebPage(
    int Words, int WordCharacters, int WordsWithLetters, int StopWords, int Symbols, int Lines, int Bullets, int Ellipses, int Ended, int Short, int Thin, int Sentences, bool HasBrace)
{
    private static readonly string[] EightStopWords = ["the", "be", "to", "of", "and", "that", "have", "with"];

    public static WebPage Measure(string text)
    {
        int words = 0, characters = 0, withLetters = 0;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var seenWords = seen.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var range in Texts.Words.In(text))
        {
            var word = text.AsSpan(range);
            words++;
            characters += word.Length;
            withLetters += word.ContainsAnyInRange('a', 'z') || word.ContainsAnyInRange('A', 'Z') || word[0] > '\u00BF' ? 1 : 0;
            _ = word.Length <= 4 && seenWords.Add(word);
        }

        var stopWords = EightStopWords.Count(seen.Contains);
        return OfLines(text) with { Words = words, WordCharacters = characters, WordsWithLetters = withLetters, StopWords = stopWords };
    }

    /// <summary>Why Gopher's quality filter would drop the page, or null.</summary>
    public string? GopherQuality()
    {
        var mean = WordCharacters / (double)Words;
        return Words is < 50 or > 100_000 ? $"{Words} words, wanted 50 to 100,000"
            : mean is < 3 or > 10 ? "mean word length outside 3 to 10"
            : Symbols > 0.1 * Words ? "too many # and … signs"
            : Bullets > 0.9 * Lines ? "more than 90 % bullet lines"
            : Ellipses > 0.3 * Lines ? "more than 30 % of the lines end in an ellipsis"
            : WordsWithLetters < 0.8 * Words ? "fewer than 80 % of the words have a letter"
            : StopWords < 2 ? "fewer than two English stop words"
            : null;
    }

    /// <summary>Why C4's filter would drop the page, or null.</summary>
    public string? C4() => HasBrace ? "it holds a brace" : Sentences < 5 ? $"{Sentences} sentences, wanted 5" : Thin == Lines ? "no line has three words" : null;

    /// <summary>Why FineWeb's own filter would drop the page, or null.</summary>
    public string? FineWeb() =>
        Ended < 0.12 * Lines ? "fewer than 12 % of the lines end with punctuation"
        : Short > 0.67 * Lines ? "more than 67 % short lines"
        : Lines > 0.3 * Words ? "more than three lines for ten words"
        : null;

    private static WebPage OfLines(string text)
    {
        int lines = 0, bullets = 0, ellipses = 0, ended = 0, brief = 0, thin = 0, sentences = 0, symbols = 0;
        foreach (var range in text.AsSpan().SplitAny('\n', '\r'))
        {
            var line = text.AsSpan(range).Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            lines++;
            bullets += line[0] is '-' or '*' or '•' ? 1 : 0;
            ellipses += line.EndsWith("...") || line[^1] == '…' ? 1 : 0;
            ended += line[^1] is '.' or '!' or '?' or '"' or '。' or '！' or '？' ? 1 : 0;
            brief += line.Length <= 30 ? 1 : 0;
            thin += line.Count(' ') < 2 ? 1 : 0;
            sentences += line.Count(". ") + line.Count("! ") + line.Count("? ") + (line[^1] is '.' or '!' or '?' ? 1 : 0);
            symbols += line.Count('#') + line.Count('…') + line.Count("...");
        }

        return new WebPage(0, 0, 0, 0, symbols, lines, bullets, ellipses, ended, brief, thin, sentences, text.Contains('{'));
    }
}
