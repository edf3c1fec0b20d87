using System.Text;
using System.Text.Json;
using Assay.Data.FileTypes;
using Assay.Data.Formats.Datasets;
using Assay.Testing;
using Parquet;
using Parquet.Serialization;

namespace Assay.Data.Tests.Formats.Datasets;

public sealed class DatasetExportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4001)]
    public async Task Records_come_back_from_Parquet_and_from_JSON_lines_as_they_were(int count)
    {
        var records = Enumerable.Range(0, count).Select(Record).ToList();
        using var parquet = new MemoryStream();
        using var lines = new MemoryStream();

        await RecordTable.WriteParquetAsync(parquet, records, Cancel);
        await RecordTable.WriteJsonLinesAsync(lines, records, Cancel);

        parquet.Position = 0;
        var read = count == 0 ? [] : (await ParquetSerializer.DeserializeAsync<DatasetRecord>(parquet, cancellationToken: Cancel)).Data;
        Assert.Equal(records.Select(Json), read.Select(Json));
        Assert.Equal(records.Select(Json), Encoding.UTF8.GetString(lines.ToArray()).Split('\n')[..^1].Select(line => Json(JsonSerializer.Deserialize<DatasetRecord>(line)!)));
    }

    [Fact]
    public async Task Files_keep_their_bytes_and_the_Croissant_description_names_columns_that_exist()
    {
        var contents = new Dictionary<string, byte[]> { ["c_1"] = [0, 1, 255, 0], ["c_2"] = [], ["c_3"] = Encoding.UTF8.GetBytes("größer") };
        var files = contents.Select((pair, i) => new DatasetFile(pair.Key, $"a {i}.md", "md", new string((char)('a' + i), 64), pair.Value.Length, "CC0-1.0", "a_1", i, DateTimeOffset.UnixEpoch, 800)).ToList();
        using var stream = new MemoryStream();
        await FileTable.WriteAsync(stream, files, file => new MemoryStream(contents[file.Contribution]), Cancel);

        stream.Position = 0;
        await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: Cancel);
        var columns = reader.Schema.GetDataFields().Select(field => field.Name).ToHashSet();
        stream.Position = 0;
        var rows = (await ParquetSerializer.DeserializeUntypedAsync(stream, new ParquetOptions { TreatByteArrayAsString = false }, cancellationToken: Cancel)).Data;

        Assert.Equal(contents.Values, rows.Select(row => (byte[])row["content"]!));
        Assert.Equal(["c_1", "c_2", "c_3"], rows.Select(row => (string)row["contribution"]!));
        using var croissant = JsonDocument.Parse(Croissant.Write(Description));
        var named = croissant.RootElement.GetProperty("recordSet")[1].GetProperty("field").EnumerateArray()
            .Select(field => field.GetProperty("source").GetProperty("extract").GetProperty("column").GetString()!).ToHashSet();
        Assert.Equal(columns.Order(), named.Order());
        Assert.Equal("http://mlcommons.org/croissant/1.1", croissant.RootElement.GetProperty("conformsTo").GetString());
        Assert.Equal(new string('f', 64), croissant.RootElement.GetProperty("distribution")[1].GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_damaged_table_of_files_is_refused_and_nothing_else_leaves_the_reader()
    {
        using var stream = new MemoryStream();
        await FileTable.WriteAsync(stream, [new DatasetFile("c_1", "a.md", "md", new string('a', 64), 4, "CC0-1.0", "a_1", 0, DateTimeOffset.UnixEpoch, 800)], _ => new MemoryStream([1, 2, 3, 4]), Cancel);

        Mutations.Feed<InvalidFileException>(stream.ToArray(), 1500, bytes => _ =
            FileTable.ReadAsync(new MemoryStream(bytes), CancellationToken.None).ToBlockingEnumerable(CancellationToken.None).Sum(file => file.Content.Length));
    }

    [Fact]
    public async Task Every_column_that_the_Croissant_description_gives_records_exists()
    {
        using var stream = new MemoryStream();
        await RecordTable.WriteParquetAsync(stream, [Record(0)], Cancel);
        stream.Position = 0;
        await using var reader = await ParquetReader.CreateAsync(stream, cancellationToken: Cancel);
        using var croissant = JsonDocument.Parse(Croissant.Write(Description));

        var named = croissant.RootElement.GetProperty("recordSet")[0].GetProperty("field").EnumerateArray().Select(field => field.GetProperty("name").GetString()!);
        Assert.Empty(named.Except(reader.Schema.Fields.Select(field => field.Name)));
    }

    [Fact]
    public void The_README_has_front_matter_that_no_name_can_break_out_of()
    {
        var text = DatasetReadme.Write(Description with { Name = "Tides\n---\n\"x\": y" });

        var front = text.Split("---\n")[1];
        Assert.Contains("pretty_name: \"Tides\\n---\\n\\u0022x\\u0022: y\"\n", front, StringComparison.Ordinal);
        Assert.Contains("- config_name: records\n  data_files: \"data/records.parquet\"\n  default: true\n", text, StringComparison.Ordinal);
        Assert.Contains("license:\n- \"cc0-1.0\"\n", text, StringComparison.Ordinal);
    }

    private static DatasetDescription Description => new("Tides", 2, "Notes about tides.", ["CC0-1.0"], ["en"], ["sea"], DateTimeOffset.UnixEpoch, 3, 2, new string('0', 64))
    {
        Parts = [new DatasetPart("records", "data/records.parquet", new string('e', 64), 10), new DatasetPart("files", "files/files.parquet", new string('f', 64), 20)],
    };

    private static string Json(DatasetRecord record) => JsonSerializer.Serialize(record);

    private static DatasetRecord Record(int number) => new()
    {
        Sha256 = number.ToString("x64", null),
        Messages = number % 3 == 0 ? [] : [new DatasetMessage { Role = "user", Content = $"Question {number}?" }, new DatasetMessage { Role = "assistant", Content = "Ebbe und Flut\nseit 1850" }],
        Prompt = number % 3 == 0 ? "" : $"Question {number}?",
        Text = $"潮 {number}",
        Cluster = number / 2,
        Contribution = $"c_{number:x16}",
        Contributor = "a_0000000000000001",
        Licence = "CC0-1.0",
        LedgerIndex = 1L << 40,
    };
}
