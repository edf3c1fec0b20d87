using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace Assay.Data.FileTypes.Rows;

/// <summary>Writes the rows of a Parquet file out as lines of JSON. What a file claims is checked before a page is read, and what comes out is limited.</summary>
internal static class ParquetRows
{
    private const int MaximumColumns = 1_000;
    private const long MaximumBytes = 50_000_000; // what all columns may unpack to, and what the lines may add up to
    private const int MaximumDepth = JsonTree.MaximumDepth - 2;
    private const string Fix = "Keep the columns that hold the records and split the table into smaller files.";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All rows, one JSON object a line.</summary>
    /// <exception cref="InvalidFileException">A limit is exceeded. Anything else thrown is the library's way to say that the file is damaged.</exception>
    public static byte[] ToJson(byte[] content, CancellationToken cancel)
    {
        Finished(CheckAsync(content, cancel));
        using var stream = new MemoryStream(content, writable: false);
        var groups = Finished(CountGroupsAsync(stream, cancel));
        var lines = new ArrayBufferWriter<byte>();
        for (var group = 0; group < groups; group++)
        {
            stream.Position = 0;
            var rows = Finished(ParquetSerializer.DeserializeUntypedAsync(stream, null, group, cancel));
            foreach (var row in rows.Data)
            {
                cancel.ThrowIfCancellationRequested();
                using (var writer = new Utf8JsonWriter(lines, Plain))
                {
                    Write(writer, row, 0);
                }

                lines.Write("\n"u8);
                if (lines.WrittenCount > MaximumBytes)
                {
                    throw new InvalidFileException($"The rows unpack to more than {MaximumBytes} bytes.", Fix);
                }
            }
        }

        return lines.WrittenSpan.ToArray();
    }

    /// <summary>The library is asynchronous for the sake of its streams; over bytes in memory it finishes before it returns.</summary>
    private static T Finished<T>(Task<T> task) => task.IsCompleted
        ? task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("Reading from memory did not finish at once.");

    private static async Task<int> CountGroupsAsync(MemoryStream stream, CancellationToken cancel)
    {
        await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: cancel);
        return reader.RowGroupCount;
    }

    private static async Task<bool> CheckAsync(byte[] content, CancellationToken cancel)
    {
        using var stream = new MemoryStream(content, writable: false);
        await using var reader = await ParquetReader.CreateAsync(stream, cancellationToken: cancel);
        long rows = 0, bytes = 0;
        foreach (var group in reader.Metadata?.RowGroups ?? [])
        {
            if (group.NumRows < 0 || group.Columns.Count > MaximumColumns)
            {
                throw new InvalidFileException($"A group of rows has {group.Columns.Count} columns and claims {group.NumRows} rows; {MaximumColumns} columns are the most.", Fix);
            }

            rows += group.NumRows;
            if (rows > SourceRow.MaximumCount)
            {
                throw SourceRow.TooMany();
            }

            foreach (var column in group.Columns)
            {
                bytes += Math.Max(column.MetaData?.TotalUncompressedSize ?? 0, 0);
                if (bytes > MaximumBytes || column.MetaData?.NumValues is < 0 or > MaximumBytes)
                {
                    throw new InvalidFileException($"The columns unpack to more than {MaximumBytes} bytes.", Fix);
                }
            }
        }

        return true;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new InvalidFileException($"A column is nested deeper than {JsonTree.MaximumDepth} levels.", Fix);
        }

        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case byte[] bytes:
                writer.WriteStringValue(Encoding.UTF8.GetString(bytes)); // a text column without its annotation; bytes that are no UTF-8 become U+FFFD, which integrity sees
                break;
            case IDictionary<string, object> members:
                writer.WriteStartObject();
                foreach (var (name, item) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
