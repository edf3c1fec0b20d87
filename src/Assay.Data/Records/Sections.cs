using Assay.Data.FileTypes;

namespace Assay.Data.Records;

/// <summary>Reads the sections under headings: the heading path is the prompt, the section the answer.</summary>
internal static class Sections
{
    /// <summary>Shortest section that becomes a record, in characters.</summary>
    public const int Shortest = 100;

    /// <summary>Longest section; a longer one is cut at paragraphs into records with the same prompt.</summary>
    public const int Longest = 8_000;

    private const string Separator = " > ";

    /// <summary>Fills <paramref name="found"/> and returns true when sections hold at least half of the text before <paramref name="end"/>.</summary>
    public static bool TryRead(SourceText text, IReadOnlyList<Heading> headings, RecordReader.Collector found, int end)
    {
        var hasTitle = headings[0].Level == 1 && headings.Count(heading => heading.Level == 1) == 1;
        var path = new List<Heading>();
        AddPreamble(text, found, headings[0].Start);
        var inSections = 0;
        for (var index = 0; index < headings.Count; index++)
        {
            var heading = headings[index];
            path.RemoveAll(above => above.Level >= heading.Level);
            path.Add(heading);
            var (start, stop) = text.Trim(heading.End, index + 1 < headings.Count ? headings[index + 1].Start : Math.Max(end, heading.End));
            if (stop - start < Shortest)
            {
                if (stop > start)
                {
                    found.Skip($"The section '{Shown(heading.Title)}' is shorter than {Shortest} characters.", malformed: false, start, stop);
                }

                continue;
            }

            inSections += stop - start;
            var shown = hasTitle && path.Count > 1 ? path.Skip(1) : path;
            var prompt = text.Prompt(string.Join(Separator, shown.Select(part => part.Title)), heading.Start, heading.End);
            if (stop - start <= Longest)
            {
                found.Add(RecordForm.Section, [prompt, text.Turn(TurnRole.Assistant, start, stop)]);
            }
            else
            {
                Chunks.Read(text, found, start, stop, prompt);
            }
        }

        return inSections * 2L >= end - text.Trim(0, end).Start;
    }

    private static void AddPreamble(SourceText text, RecordReader.Collector found, int end)
    {
        var (start, stop) = text.Trim(0, end);
        if (stop - start >= Chunks.Shortest)
        {
            Chunks.Read(text, found, start, stop, prompt: null);
        }
        else if (stop > start)
        {
            found.Skip("The text before the first heading is too short for a record.", malformed: false, start, stop);
        }
    }

    private static string Shown(string title) => title.Length <= 60 ? title : title[..59] + "…";
}
