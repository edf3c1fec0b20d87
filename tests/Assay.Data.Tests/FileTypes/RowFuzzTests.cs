using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Testing;
using Parquet.Serialization;

namespace Assay.Data.Tests.FileTypes;

/// <summary>Damaged files of rows, up to the records made of them: only <see cref="InvalidFileException"/> leaves, and every offset lies within the file.</summary>
public sealed class RowFuzzTests
{
    private const string Jsonl =
        "{\"instruction\":\"Say é\",\"input\":\"\",\"output\":\"\\u00e9 \\\"x\\\"\",\"n\":1.5e3,\"t\":true,\"z\":null}\n" +
        "{\"conversations\":[{\"from\":\"human\",\"value\":\"Hi\"},{\"from\":\"gpt\",\"value\":\"Hello\"}],\"system\":\"Be kind\"}\r\n\r\n" +
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"A\"}]},{\"role\":\"assistant\",\"content\":\"B\"}]}\n{\"text\":\"蜂群\"}";

    private const string Csv = "prompt,completion,messages\r\n\"a \"\"b\"\"\",\"two\r\nlines é\",\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"x\"\"}]\"\r\nplain,words,\r\n";

    private static readonly ColumnMapping Mapping = new(Turns: "messages", System: "completion");

    [Fact]
    public void Twenty_thousand_damaged_lines_of_json_never_escape() => FeedText("a.jsonl", Jsonl, 20_000);

    [Fact]
    public void Twenty_thousand_damaged_tables_never_escape() => FeedText("a.csv", Csv, 20_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Two_hundred_thousand_damaged_lines_of_json_never_escape() => FeedText("a.jsonl", Jsonl, 200_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Two_hundred_thousand_damaged_tables_never_escape() => FeedText("a.csv", Csv, 200_000);

    [Fact]
    public Task A_thousand_damaged_parquet_files_never_escape() => FeedParquetAsync(1_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public Task Twenty_thousand_damaged_parquet_files_never_escape() => FeedParquetAsync(20_000);

    [Fact]
    public void Twenty_thousand_damaged_documents_give_records_or_none()
    {
        var words = Encoding.UTF8.GetBytes($"# Bees é\n\n{TestFiles.Paragraph}\n\n## Queens\n\nQ: Who lays?\r\nA: The queen.\n\n**Question:** How?\n**Answer:** In cells.\n\n```\ncode\n```\n{TestFiles.Paragraph}");
        var accepted = Mutations.Feed<InvalidFileException>(words, 20_000, bytes => Look(new MarkdownFile(), bytes, null));

        Assert.InRange(accepted, 2_000, 20_000);
    }

    private static void FeedText(string name, string source, int count)
    {
        var type = Data.FileTypes.FileTypes.ByName(name)!;
        var accepted = Mutations.Feed<InvalidFileException>(Encoding.UTF8.GetBytes(source), count, bytes =>
        {
            Look(type, bytes, null);
            Look(type, bytes, Mapping);
        });

        Assert.InRange(accepted, count / 10, count);
    }

    private static async Task FeedParquetAsync(int count)
    {
        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync(Enumerable.Range(0, 20).Select(index => new Row { Instruction = $"Say {index}", Output = index % 3 == 0 ? null : $"It is {index}." }), file,
            cancellationToken: TestContext.Current.CancellationToken);
        var accepted = Mutations.Feed<InvalidFileException>(file.ToArray(), count, bytes => Look(new ParquetFile(), bytes, null));

        Assert.InRange(accepted, 1, count);
    }

    private static void Look(IFileType type, byte[] bytes, ColumnMapping? mapping)
    {
        var text = (ExtractedText)type.Read(bytes, TestContext.Current.CancellationToken);
        var reading = RecordReader.Read(text, mapping);
        var end = text.IsSource ? bytes.Length : Encoding.UTF8.GetByteCount(text.Text);
        foreach (var turn in reading.Records.SelectMany(record => record.Turns))
        {
            Assert.True(turn.Start >= 0 && turn.Start <= turn.End && turn.End <= end && turn.Text.Length > 0, $"[{turn.Start}, {turn.End}) of {end}");
        }

        Assert.All(reading.Skipped, part => Assert.NotEmpty(part.Reason));
    }

    private sealed class Row
    {
        public string? Instruction { get; set; }
        public string? Output { get; set; }
    }
}
