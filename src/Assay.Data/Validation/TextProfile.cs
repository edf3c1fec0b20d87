using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation;

/// <summary>What sort of text a file holds. Rules were made for prose; the other sorts get their own parameters, so that none is punished for what it is.</summary>
/// <param name="IsRows">Its records come from rows: short prompts and answers, often from a template.</param>
/// <param name="IsCode">At least half of its characters stand in lines of source code.</param>
/// <param name="IsIdeographic">More than half of its visible characters are Chinese, Japanese or Korean.</param>
internal sealed record TextProfile(bool IsRows, bool IsCode, bool IsIdeographic)
{
    /// <summary>Looks at a text.</summary>
    /// <param name="source">The file.</param>
    /// <param name="words">What is judged of it.</param>
    /// <param name="parts">The same, turn by turn where it has rows.</param>
    public static TextProfile Of(ExtractedText source, string words, IEnumerable<string> parts)
    {
        int visible = 0, ideographs = 0;
        foreach (var symbol in words)
        {
            visible += char.IsWhiteSpace(symbol) || char.IsControl(symbol) ? 0 : 1;
            ideographs += Words.IsIdeographic(symbol) ? 1 : 0;
        }

        return new TextProfile(source.Rows is not null, SourceCode.Share(parts) >= 0.5, ideographs * 2 > visible);
    }

    /// <summary>Fewest characters that can be learnt from. Rows may be short, ideographs say more each.</summary>
    public int FewestCharacters => (IsRows, IsIdeographic) switch
    {
        (false, false) => 200,
        (false, true) or (true, false) => 80,
        (true, true) => 40,
    };

    /// <summary>Whether letters are compared with those of known languages: code and ideographs are not made of them.</summary>
    public bool IsTestedForGibberish => !IsCode && !IsIdeographic;

    /// <summary>Shortest line, in characters, that counts as repeated: code has its closing braces, a row its one-word answers.</summary>
    public int ShortestRepeatedLine => IsCode ? 24 : IsRows ? 16 : 1;

    /// <summary>Shares of repeated text with full score and with none. Code repeats its idioms.</summary>
    public (double Full, double None) Repetition => IsCode ? (0.4, 0.8) : (0.2, 0.5);

    /// <summary>Whether a natural language can be told.</summary>
    public bool HasLanguage => !IsCode;

    /// <summary>Whether running text with function words is expected.</summary>
    public bool IsRunningText => !IsCode && !IsIdeographic;

    /// <summary>In words, for evidence and the rule table.</summary>
    public override string ToString() => string.Join(", ", ((string?[])[IsRows ? "rows" : "a document", IsCode ? "source code" : null, IsIdeographic ? "Chinese, Japanese or Korean" : null]).OfType<string>());
}
