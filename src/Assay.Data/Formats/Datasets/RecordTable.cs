using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Parquet;
using Parquet.Serialization;

namespace Assay.Data.Formats.Datasets;

/// <summary>Records as a Parquet table or as lines of JSON.</summary>
public static class RecordTable
{
    /// <summary>Rows written at a time; a record has at most 64 KiB.</summary>
    private const int GroupRows = 2000;

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The names of the table's columns with their Croissant data types, messages left out.</summary>
    internal static IReadOnlyList<(string Name, string DataType)> Described { get; } =
    [
        ("sha256", "sc:Text"), ("prompt", "sc:Text"), ("text", "sc:Text"), ("cluster", "sc:Integer"), ("contribution", "sc:Text"), ("contributor", "sc:Text"),
        ("licence", "sc:Text"), ("ledger_index", "sc:Integer"),
    ];

    /// <summary>Writes all records as one Parquet file.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="records">In the order of the rows.</param>
    /// <param name="cancel">Stops between groups of rows.</param>
    public static Task WriteParquetAsync(Stream output, IEnumerable<DatasetRecord> records, CancellationToken cancel) =>
        ParquetSerializer.SerializeAsync(records, output, new ParquetOptions { RowGroupSize = GroupRows }, cancellationToken: cancel);

    /// <summary>Writes all records, one JSON object a line.</summary>
    public static async Task WriteJsonLinesAsync(Stream output, IEnumerable<DatasetRecord> records, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(record, OneLine), cancel);
            await output.WriteAsync("\n"u8.ToArray(), cancel);
        }
    }
}
