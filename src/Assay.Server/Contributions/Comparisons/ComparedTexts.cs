using System.Text;
using Assay.Client.Contributions;
using Assay.Data.Duplicates;

namespace Assay.Server.Contributions.Comparisons;

/// <summary>Cuts two texts into what they share and what they do not. Pure.</summary>
internal static class ComparedTexts
{
    /// <summary>Characters of each text that are compared passage by passage and shown.</summary>
    public const int MostCharacters = 60_000;

    /// <param name="own">The record's text.</param>
    /// <param name="other">The earlier one's.</param>
    /// <param name="whole">Whether all of the earlier text may be shown; otherwise only what stands in the record, too.</param>
    public static (ComparedText Own, ComparedText Other) Pair(string own, string other, bool whole)
    {
        var (mine, theirs) = (Start(own), Start(other));
        var passages = SharedPassages.Find(mine, theirs);
        var there = passages.Select((passage, index) => (passage.OtherStart, passage.OtherEnd, Number: (int?)(index + 1))).OrderBy(passage => passage.OtherStart).ToList();
        return (new ComparedText(own.Length, mine.Length, Cut(mine, [.. passages.Select((passage, index) => (passage.Start, passage.End, (int?)(index + 1)))])),
            whole ? new ComparedText(other.Length, theirs.Length, Cut(theirs, there))
            : new ComparedText(other.Length, theirs.Length, [.. there.Select(passage => new ComparedPart(theirs[passage.OtherStart..passage.OtherEnd], passage.Number))]));
    }

    /// <summary>One text with what is known of it marked.</summary>
    /// <param name="own">The record's text.</param>
    /// <param name="known">Those of its runs of words that a test set has, too.</param>
    public static ComparedText Marked(string own, HashSet<ulong> known)
    {
        var mine = Start(own);
        return new ComparedText(own.Length, mine.Length, Cut(mine, [.. WordGrams.Covered(mine, known, WordGrams.TestSetWords).Select((passage, index) => (passage.Start, passage.End, (int?)(index + 1)))]));
    }

    /// <summary>How many runs of four words they share.</summary>
    public static SharedRuns Runs(string own, string other)
    {
        var (mine, theirs) = (WordGrams.Of(NormalisedText.Of(own), WordGrams.PassageWords), WordGrams.Of(NormalisedText.Of(other), WordGrams.PassageWords));
        return new SharedRuns(WordGrams.PassageWords, mine.Count(theirs.Contains), mine.Count, theirs.Count);
    }

    /// <summary>In NFC, so that places in it are places of words, and never cut inside a character.</summary>
    private static string Start(string text)
    {
        var composed = text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
        return composed.Length <= MostCharacters ? composed : composed[..(char.IsHighSurrogate(composed[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
    }

    private static List<ComparedPart> Cut(string text, IReadOnlyList<(int Start, int End, int? Number)> passages)
    {
        var parts = new List<ComparedPart>();
        var done = 0;
        foreach (var (start, end, number) in passages)
        {
            if (start > done)
            {
                parts.Add(new ComparedPart(text[done..start]));
            }

            parts.Add(new ComparedPart(text[start..end], number));
            done = end;
        }

        if (done < text.Length)
        {
            parts.Add(new ComparedPart(text[done..]));
        }

        return parts;
    }
}
