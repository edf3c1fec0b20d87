namespace Assay.Data.Validation.Texts;

/// <summary>Tells text that was made to look relevant from text that says something: a comparison of words alone cannot.</summary>
/// <remarks>Parameters were chosen on the topics of the calibration set that are not held out.</remarks>
internal sealed class KeywordStuffing
{
    private const int FewestWords = 40, FewestContentWords = 30, Window = 50, OwnWords = 200, ShortestRun = 3;
    private const double LeastFunctionWords = 0.05, MostImpossible = 0.09, MostInRuns = 0.35, MostOwn = 0.8, MostOwnRepeated = 0.65, LeastVariety = 0.45;

    private static readonly HashSet<string> Determiners = Set("the a an my your its our their every no"),
        Prepositions = Set("of in on at by for with from to into onto over under between through after before during within without about upon until"),
        Conjunctions = Set("and or but nor"),
        Modals = Set("can will would should may must could might shall"),
        Verbs = Set("is are was were be been am has have had do does did"),
        Subjects = Set("i we they he she you it"),
        Copulas = Set("is are was were");

    private static readonly HashSet<string> Any = [.. Determiners, .. Prepositions, .. Conjunctions, .. Modals, .. Verbs, .. Subjects];

    private readonly HashSet<int> _own;

    /// <param name="ownersWords">Purpose, description, tags and exemplars.</param>
    public KeywordStuffing(string ownersWords) => _own = TermVector.HeaviestWords(ownersWords, OwnWords);

    /// <summary>Why the text is keywords rather than text, as a sentence; null when it is text or too short to tell.</summary>
    public string? Find(string text)
    {
        var tokens = Tokens(text);
        return WordList(tokens) ?? Impossible(tokens) ?? Runs(tokens) ?? OwnersWords(tokens);
    }

    /// <summary>Keywords strung together: running text needs words that carry no meaning.</summary>
    private static string? WordList(List<Token> tokens)
    {
        int words = 0, function = 0;
        foreach (var token in tokens.Where(token => token.IsLatin))
        {
            words++;
            function += FunctionWords.Contains(token.Word) ? 1 : 0;
        }

        return words >= FewestWords && function < LeastFunctionWords * words
            ? $"A list of words, not text: {Percent(function, words)} of its words hold sentences together, 5 % are the least."
            : null;
    }

    /// <summary>Function words shuffled between keywords: "the of", "a is", "with and" stand in no English sentence.</summary>
    private static string? Impossible(List<Token> tokens)
    {
        int function = 0, impossible = 0;
        for (var at = 0; at < tokens.Count; at++)
        {
            var word = tokens[at].Word;
            if (Any.Contains(word))
            {
                function++;
                impossible += tokens[at].EndsPhrase
                    ? Determiners.Contains(word) && word != "a" ? 1 : 0 // "A:" answers a question
                    : at + 1 < tokens.Count && IsImpossible(word, tokens[at + 1].Word) ? 1 : 0;
            }
        }

        return function >= FewestWords / 2 && impossible > MostImpossible * function
            ? $"Words in an order that no sentence has: {Percent(impossible, function)} of the function words are followed by one that cannot follow."
            : null;
    }

    private static bool IsImpossible(string word, string next) =>
        Determiners.Contains(word) ? Any.Contains(next)
        : Prepositions.Contains(word) ? Conjunctions.Contains(next) || Modals.Contains(next) || Copulas.Contains(next)
        : Copulas.Contains(word) ? Copulas.Contains(next) || next is "and" or "of" or "or"
        : Conjunctions.Contains(word) && Conjunctions.Contains(next);

    /// <summary>Keywords sprinkled over another text: runs of content words without anything between them, half of them the owner's.</summary>
    private string? Runs(List<Token> tokens)
    {
        int content = 0, inRuns = 0, run = 0, own = 0;
        foreach (var token in tokens.Append(default))
        {
            if (token.Term is { } term)
            {
                content++;
                run++;
                own += _own.Contains(term) ? 1 : 0;
            }

            if (token.Term is null || token.EndsPhrase)
            {
                inRuns += run >= ShortestRun && own * 2 >= run ? run : 0;
                run = own = 0;
            }
        }

        return content >= FewestContentWords && inRuns > MostInRuns * content
            ? $"Keywords in a row: {Percent(inRuns, content)} of its content words stand in runs of {ShortestRun} and more with the owner's words; 35 % are the most."
            : null;
    }

    /// <summary>The owner's words turned around: a contribution has words of its own.</summary>
    private string? OwnersWords(List<Token> tokens)
    {
        var terms = tokens.Where(token => token.Term is not null).Select(token => token.Term!.Value).ToList();
        if (terms.Count < FewestContentWords)
        {
            return null;
        }

        var own = terms.Count(_own.Contains);
        return own > MostOwn * terms.Count
            ? $"Says nothing of its own: {Percent(own, terms.Count)} of its content words are words of the purpose and the exemplars; 80 % are the most."
            : own > MostOwnRepeated * terms.Count && Variety(terms) is var variety and < LeastVariety
            ? $"Turns the same words around: {Percent(own, terms.Count)} of its content words are the owner's, and of {Window} in a row only {variety * Window:0} differ."
            : null;
    }

    /// <summary>Mean share of different words in a window (moving-average type-token ratio, Covington and McFall 2010).</summary>
    private static double Variety(List<int> terms)
    {
        var window = Math.Min(Window, terms.Count);
        var counts = new Dictionary<int, int>();
        long different = 0;
        for (var at = 0; at < terms.Count; at++)
        {
            counts[terms[at]] = counts.GetValueOrDefault(terms[at]) + 1;
            if (at >= window && --counts[terms[at - window]] == 0)
            {
                counts.Remove(terms[at - window]);
            }

            different += at >= window - 1 ? counts.Count : 0;
        }

        return different / (double)window / (terms.Count - window + 1);
    }

    private static string Percent(int part, int whole) => (part * 100.0 / whole).ToString("0", System.Globalization.CultureInfo.InvariantCulture) + " %";

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];

    private static List<Token> Tokens(string text)
    {
        var words = Words.In(text);
        var tokens = new List<Token>(words.Count);
        for (var index = 0; index < words.Count; index++)
        {
            var word = text.AsSpan(words[index]);
            var end = words[index].End.Value;
            var gap = text.AsSpan(end, (index + 1 < words.Count ? words[index + 1].Start.Value : text.Length) - end);
            tokens.Add(new Token(word.ToString().ToLowerInvariant(), TermVector.WordTerm(word), IsPlainLatin(word), gap.Trim(' ').Length > 0));
        }

        return tokens;
    }

    private static bool IsPlainLatin(ReadOnlySpan<char> word)
    {
        foreach (var symbol in word)
        {
            if (symbol is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '\'' or '\u2019' or (>= '\u00C0' and <= '\u00FF')))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="Word">In lower case.</param>
    /// <param name="Term">Null for function words, single letters and numbers.</param>
    /// <param name="EndsPhrase">A sign or line end follows.</param>
    private readonly record struct Token(string Word, int? Term, bool IsLatin, bool EndsPhrase);
}
