using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Tests.FileTypes;
using CsCheck;

namespace Assay.Data.Tests.Records;

public sealed class RecordReaderTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(1, 30).Select(i => $"Sentence number {i} says something about bees. "));

    [Fact]
    public void Questions_and_answers_become_two_turns_with_exact_bytes()
    {
        const string source = "# Bees é\n\nQ: Who lays?\r\nA: The queen.\r\nShe lays all day.\n\n**Question:** How many?\n**Answer:** Thousands.\n";
        var reading = Read(source);

        Assert.Equal([["Who lays?", "The queen.\nShe lays all day."], ["How many?", "Thousands."]], reading.Records.Select(record => record.Turns.Select(turn => turn.Text)));
        AssertExact(source, reading);
    }

    [Fact]
    public void A_question_without_an_answer_is_skipped_and_named()
    {
        var reading = Read("Q: One?\nQ: Two?\nA: Yes.\nA: Twice.\nQ: Three?\nA:\nQ: Four?\nA: Four.");

        Assert.Equal(["Two?", "Four?"], reading.Records.Select(record => record.Turns[0].Text));
        Assert.Equal(
            ["The question has no answer.", "The answer has no question.", "The answer is empty."],
            reading.Skipped.Where(part => part.Malformed).Select(part => part.Reason));
    }

    [Fact]
    public void The_heading_path_is_the_prompt_without_the_only_title()
    {
        var source = $"# Bees\n\n{Long}\n\n## Hives\n\n{Long}\n\n### Wood\n\n{Long}\n\n## See also\n\nnothing\n\n## Queens\n\n{Long}";
        var reading = Read(source);

        Assert.Equal(["Bees", "Hives", "Hives > Wood", "Queens"], reading.Records.Select(record => record.Turns[0].Text));
        Assert.Contains("'See also' is shorter than 100", Assert.Single(reading.Skipped).Reason, StringComparison.Ordinal);
        AssertExact(source, reading);
    }

    [Fact]
    public void Several_first_level_headings_stay_in_the_path() =>
        Assert.Equal(["One", "Two", "Two > Deep"], Read($"# One\n\n{Long}\n\n# Two\n\n{Long}\n\n## Deep\n\n{Long}").Records.Select(record => record.Turns[0].Text));

    [Fact]
    public void A_word_document_gives_the_same_sections()
    {
        var text = (ExtractedText)new DocxFile().Read(TestFiles.Docx("# Bees", "## Hives", Long, "## Queens", Long), TestContext.Current.CancellationToken);
        var reading = RecordReader.Read(text);

        Assert.Equal(["Hives", "Queens"], reading.Records.Select(record => record.Turns[0].Text));
        AssertExact(text.Text, reading);
    }

    [Fact]
    public void A_long_section_is_cut_at_paragraphs_and_keeps_its_prompt()
    {
        var reading = Read($"## Everything\n\n{string.Join("\n\n", Enumerable.Repeat(Long, 10))}");

        Assert.True(reading.Records.Count > 3);
        Assert.All(reading.Records, record => Assert.Equal("Everything", record.Turns[0].Text));
        Assert.All(reading.Records, record => Assert.InRange(record.Turns[1].Text.Length, 200, 4_000));
    }

    [Fact]
    public void Running_text_becomes_chunks_of_whole_paragraphs()
    {
        var source = string.Join("\r\n\r\n", Enumerable.Repeat(Long, 12));
        var reading = Read(source);

        Assert.All(reading.Records, record => Assert.InRange(record.Turns[0].Text.Length, 200, 4_000));
        Assert.All(reading.Records, record => Assert.EndsWith("bees.", record.Turns[0].Text, StringComparison.Ordinal));
        AssertExact(source, reading);
    }

    [Fact]
    public void Nothing_gives_nothing() => Assert.Empty(Read(" \n\t\n").Records);

    [Fact]
    public void Offsets_are_exact_for_any_text()
    {
        string[] parts = ["# A\n", "## B é\n", "Q: ", "A: ", "word ", "中文字。", "😀", "\n\n", "\r\n", Long, "e\u0301 ", "```\n", new string('x', 5_000)];
        Gen.Int[0, parts.Length - 1].Array[0, 60].Select(picks => string.Concat(picks.Select(pick => parts[pick]))).Sample(source => AssertExact(source, Read(source)), iter: 300);
    }

    private static RecordReading Read(string source) =>
        RecordReader.Read((ExtractedText)new MarkdownFile().Read(Encoding.UTF8.GetBytes(source), TestContext.Current.CancellationToken));

    /// <summary>Each turn is its source bytes, in NFC with LF; prompts made of several headings end with the nearest.</summary>
    private static void AssertExact(string source, RecordReading reading)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        var last = 0;
        foreach (var record in reading.Records)
        {
            Assert.True(record.Form == RecordForm.Section || record.Start >= last);
            last = record.End;
            foreach (var turn in record.Turns)
            {
                var cut = Encoding.UTF8.GetString(bytes[turn.Start..turn.End]).ReplaceLineEndings("\n").Normalize();
                if (record.Form == RecordForm.Section && turn.Role == TurnRole.User)
                {
                    Assert.Contains(turn.Text.Split(" > ")[^1], cut, StringComparison.Ordinal);
                }
                else
                {
                    Assert.Equal(cut, turn.Text);
                }
            }
        }
    }
}
