using System.Text;
using Assay.Data.FileTypes;
using Parquet;
using Parquet.Serialization;

namespace Assay.Data.Tests.FileTypes;

public sealed class RowFileTests
{
    [Fact]
    public void Lines_of_json_become_rows_with_exact_bytes()
    {
        const string source = "\uFEFF{\"instruction\":\"Say é\",\"output\":\"\\u00e9\"}\r\n\n  {\"a\":[{\"b\":1}]}  \n";
        var rows = Read("a.jsonl", source).Rows!;

        Assert.Equal([1, 3], rows.Select(row => row.Number));
        Assert.Equal("Say é", rows[0].Field("Instruction")!.Text);
        Assert.Equal("é", rows[0].Field("output")!.Text);
        Assert.Equal("Say é", Slice(source, rows[0].Field("instruction")!));
        Assert.Equal("\\u00e9", Slice(source, rows[0].Field("output")!));
        Assert.Equal("1", rows[1].Field("a")!.Items[0].Member("b")!.Text);
    }

    [Theory]
    [InlineData("{\"a\":1", "breaks off or is malformed at byte")]
    [InlineData("{\"a\":1,}", "breaks off or is malformed at byte")]
    [InlineData("{\"a\":1} x", "malformed at byte")]
    [InlineData("{\"a\":1}{\"b\":2}", "malformed at byte")]
    [InlineData("{\"a\":1,\"a\":2}", "the member 'a' appears twice")]
    [InlineData("{\"a\":\"\\ud800\"}", "half of a surrogate pair")]
    [InlineData("[1]", "does not begin with a brace")]
    [InlineData("// {}", "does not begin with a brace")]
    public void A_bad_line_is_a_row_with_a_fault_that_says_what_and_where(string line, string says)
    {
        var rows = Read("a.jsonl", $"{{\"ok\":true}}\n{line}\n").Rows!;

        Assert.Null(rows[0].Fault);
        Assert.Contains(says, rows[1].Fault, StringComparison.Ordinal);
        Assert.StartsWith("Row 2 ", rows[1].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_read_to_sixty_four_levels_and_no_deeper()
    {
        static string Nested(int levels) => "{\"a\":" + new string('[', levels - 1) + new string(']', levels - 1) + "}\n{\"ok\":1}";

        Assert.Null(Read("a.jsonl", Nested(64)).Rows![0].Fault);
        Assert.Contains("nested deeper than 64 levels", Read("a.jsonl", Nested(65)).Rows![0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_over_64_KiB_is_named_and_one_of_exactly_that_is_read()
    {
        static string Row(int bytes) => "{\"a\":\"" + new string('x', bytes - 8) + "\"}";
        var rows = Read("a.jsonl", $"{Row(65_536)}\n{Row(65_537)}\n").Rows!;

        Assert.Null(rows[0].Fault);
        Assert.Equal("Row 2 has 65537 bytes; a row may have 65536.", rows[1].Fault);
    }

    [Fact]
    public void A_file_without_any_row_is_refused_with_the_reason_of_the_first()
    {
        var list = Assert.Throws<InvalidFileException>(() => Read("a.jsonl", "[{\"a\":1},\n{\"a\":2}]"));
        Assert.Contains("No line of the file is a JSON object. Row 1", list.Message, StringComparison.Ordinal);
        Assert.Contains("more than 100000 rows", Assert.Throws<InvalidFileException>(() => Read("a.jsonl", string.Concat(Enumerable.Repeat("{}\n", 100_001)))).Message, StringComparison.Ordinal);
        Assert.Equal(100_000, Read("a.csv", "a\n" + string.Concat(Enumerable.Repeat("1\n", 100_000))).Rows!.Count);
        Assert.Contains("more than 100000 rows", Assert.Throws<InvalidFileException>(() => Read("a.csv", "a\n" + string.Concat(Enumerable.Repeat("1\n", 100_001)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\r\n1,\"two\r\nlines, \"\"quoted\"\"\"\r\n", "two\r\nlines, \"quoted\"")]
    [InlineData("a;b\n\"1;1\";\"two\r\nlines, \"\"quoted\"\"\"", "two\r\nlines, \"quoted\"")]
    [InlineData("a\tb\n1\t\"two\r\nlines, \"\"quoted\"\"\"\n\n", "two\r\nlines, \"quoted\"")]
    public void Csv_follows_the_standard_with_three_delimiters(string source, string value)
    {
        var row = Assert.Single(Read("a.csv", source).Rows!);

        Assert.Equal(value, row.Field("b")!.Text);
        Assert.Equal(value.Replace("\"", "\"\"", StringComparison.Ordinal), Slice(source, row.Field("b")!));
    }

    [Fact]
    public void Bad_csv_rows_are_named_and_the_next_is_read()
    {
        var rows = Read("a.csv", "a,b\n1\n2,x\"y\n\"3\"z,4\n5,6,7,8,9\n10,11\n").Rows!;

        Assert.Equal("Row 1 has 1 fields, and the header 2.", rows[0].Fault);
        Assert.Contains("a quote stands inside a field without quotes, at byte 9", rows[1].Fault, StringComparison.Ordinal);
        Assert.Contains("something follows behind the closing quote, at byte 15", rows[2].Fault, StringComparison.Ordinal);
        Assert.Equal("Row 4 has 3 fields, and the header 2.", rows[3].Fault);
        Assert.Equal("11", rows[4].Field("b")!.Text);
    }

    [Fact]
    public void A_csv_without_names_or_with_an_open_quote_is_refused()
    {
        Assert.Contains("does not name the columns", Assert.Throws<InvalidFileException>(() => Read("a.csv", "a,,b\n1,2,3")).Message, StringComparison.Ordinal);
        Assert.Contains("does not name the columns", Assert.Throws<InvalidFileException>(() => Read("a.csv", "a,A\n1,2")).Message, StringComparison.Ordinal);
        Assert.Contains("no row below the header", Assert.Throws<InvalidFileException>(() => Read("a.csv", "a,b\n\n")).Message, StringComparison.Ordinal);
        var open = Assert.Throws<InvalidFileException>(() => Read("a.csv", "a,b\n1,\"2\n3,4\n"));
        Assert.Equal(6, open.ByteOffset);
    }

    [Fact]
    public async Task Parquet_rows_are_stored_as_lines_of_json()
    {
        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync(
            (Row[])[new Row { Instruction = "Say it", Conversations = [new Turn { From = "human", Value = "é?" }, new Turn { From = "gpt", Value = "yes\nno" }], Count = 3 }, new Row()],
            file, cancellationToken: TestContext.Current.CancellationToken);
        var text = (ExtractedText)new ParquetFile().Read(file.ToArray(), TestContext.Current.CancellationToken);

        Assert.False(text.IsSource);
        Assert.Equal("Say it", text.Rows![0].Field("Instruction")!.Text);
        Assert.Equal(["human", "é?", "gpt", "yes\nno"], text.Rows[0].Field("Conversations")!.Texts().Select(field => field.Text));
        Assert.Equal("yes\\nno", Slice(text.Text, text.Rows[0].Field("Conversations")!.Texts().Last()));
        Assert.Equal(2, text.Rows.Count);
    }

    [Fact]
    public async Task A_parquet_file_that_is_cut_lengthened_or_encrypted_is_refused()
    {
        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync((Row[])[new Row { Instruction = "Say it" }], file, cancellationToken: TestContext.Current.CancellationToken);
        var good = file.ToArray();

        Assert.Contains("last four bytes", Refused(good[..^1]).Message, StringComparison.Ordinal);
        Assert.Contains("last four bytes", Refused([.. good, 0]).Message, StringComparison.Ordinal);
        Assert.Contains("encrypted", Refused([.. "PARE"u8, .. good.AsSpan(4)]).Message, StringComparison.Ordinal);
        Assert.Contains("claims", Refused([.. good.AsSpan(0, good.Length - 8), 255, 255, 255, 0, .. "PAR1"u8]).Message, StringComparison.Ordinal);

        static InvalidFileException Refused(byte[] content) => Assert.Throws<InvalidFileException>(() => new ParquetFile().Read(content, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_parquet_file_that_unpacks_to_too_much_is_refused_before_it_is_read()
    {
        using var file = new MemoryStream();
        var row = new Row { Instruction = new string('x', 60_000) };
        await ParquetSerializer.SerializeAsync(Enumerable.Range(0, 900).Select(index => new Row { Instruction = row.Instruction + index }), file,
            new ParquetOptions { CompressionMethod = CompressionMethod.Zstd }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(file.Length < 2_000_000);
        var refused = Assert.Throws<InvalidFileException>(() => new ParquetFile().Read(file.ToArray(), TestContext.Current.CancellationToken));
        Assert.Contains("unpack to more than 50000000 bytes", refused.Message, StringComparison.Ordinal);
    }

    private static ExtractedText Read(string name, string source) =>
        (ExtractedText)Data.FileTypes.FileTypes.ByName(name)!.Read(Encoding.UTF8.GetBytes(source), TestContext.Current.CancellationToken);

    private static string Slice(string source, Data.FileTypes.Rows.RowField field) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(source)[field.Start..field.End]);

    private sealed class Row
    {
        public string? Instruction { get; set; }
        public List<Turn>? Conversations { get; set; }
        public int? Count { get; set; }
    }

    private sealed class Turn
    {
        public string? From { get; set; }
        public string? Value { get; set; }
    }
}
