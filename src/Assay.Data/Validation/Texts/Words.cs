namespace Assay.Data.Validation.Texts;

/// <summary>Splits a text into words: runs of letters and digits, an apostrophe between letters included. Each Chinese, Japanese or Korean character is a word of its own.</summary>
internal static class Words
{
    /// <summary>The words' places in the text, in order.</summary>
    public static List<Range> In(string text)
    {
        var words = new List<Range>();
        for (var at = 0; at < text.Length;)
        {
            if (IsIdeographic(text[at]))
            {
                words.Add(at..(at + 1));
                at++;
            }
            else if (IsWord(text[at]))
            {
                var start = at;
                while (at < text.Length && (IsWord(text[at]) || IsInnerApostrophe(text, at)) && !IsIdeographic(text[at]))
                {
                    at++;
                }

                words.Add(start..at);
            }
            else
            {
                at++;
            }
        }

        return words;
    }

    /// <summary>Kana, Han or Hangul: scripts in which a space does not end a word, or words are short.</summary>
    public static bool IsIdeographic(char symbol) =>
        symbol is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF');

    private static bool IsWord(char symbol) => char.IsLetterOrDigit(symbol) || char.IsSurrogate(symbol)
        || char.GetUnicodeCategory(symbol) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private static bool IsInnerApostrophe(string text, int at) =>
        text[at] is '\'' or '\u2019' && at > 0 && char.IsLetter(text[at - 1]) && at + 1 < text.Length && char.IsLetter(text[at + 1]);
}
