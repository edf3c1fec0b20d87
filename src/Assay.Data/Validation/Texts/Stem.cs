namespace Assay.Data.Validation.Texts;

/// <summary>Takes common English endings off, so that "baking", "baked" and "bakes" are one term. Crude on purpose: a wrong stem costs a little, a clever one costs a dictionary.</summary>
internal static class Stem
{
    private const int ShortestStem = 3;

    private static readonly string[] Endings = ["ational", "ations", "ation", "ingly", "ments", "ment", "ings", "ing", "edly", "ies", "ers", "ed", "er", "es", "ly", "s"];

    /// <summary>The stem of a lower-case word; a slice of it.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> word)
    {
        if (word.IndexOf('\'') is var apostrophe and > 0)
        {
            word = word[..apostrophe];
        }

        if (word.EndsWith("ss"))
        {
            return word;
        }

        foreach (var ending in Endings)
        {
            if (word.Length >= ending.Length + ShortestStem && word.EndsWith(ending))
            {
                word = word[..^ending.Length];
                break;
            }
        }

        if (word.Length > ShortestStem && word[^1] == word[^2] && word[^1] is not ('s' or 'l' or 'e'))
        {
            word = word[..^1];
        }

        return word.Length > ShortestStem && word[^1] is 'e' or 'y' or 'i' ? word[..^1] : word;
    }
}
