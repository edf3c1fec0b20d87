using System.Globalization;
using System.Runtime.CompilerServices;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;

namespace Assay.Data.Formats.Datasets;

/// <summary>Files with their bytes as one Parquet table: a row a file, column <c>content</c> holds the bytes as they were sent.</summary>
public static class FileTable
{
    /// <summary>Bytes of content after which a row group is closed: what writing holds in memory.</summary>
    private const long GroupBytes = 32L << 20;

    /// <summary>Writes the table.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="files">In the order of the rows.</param>
    /// <param name="open">Opens a file's content; the stream is read to its end and disposed.</param>
    /// <param name="cancel">Stops between files.</param>
    public static async Task WriteAsync(Stream output, IEnumerable<DatasetFile> files, Func<DatasetFile, Stream> open, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(open);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. Columns.Select(column => column.Field), .. Numbers.Select(column => column.Field), Content]), output, cancellationToken: cancel);
        var (group, contents, bytes) = (new List<DatasetFile>(), new List<byte[]>(), 0L);
        foreach (var file in files)
        {
            cancel.ThrowIfCancellationRequested();
            using var content = new MemoryStream();
            await using (var stream = open(file))
            {
                await stream.CopyToAsync(content, cancel);
            }

            group.Add(file);
            contents.Add(content.ToArray());
            bytes += content.Length;
            if (bytes >= GroupBytes)
            {
                await WriteGroupAsync(writer, group, contents, cancel);
                (group, contents, bytes) = ([], [], 0);
            }
        }

        if (group.Count > 0)
        {
            await WriteGroupAsync(writer, group, contents, cancel);
        }
    }

    /// <summary>Reads a table back, file by file.</summary>
    /// <param name="input">Seekable; what another installation wrote, so nothing in it is believed.</param>
    /// <param name="cancel">Stops between files.</param>
    /// <exception cref="InvalidFileException">It is not such a table, or a file in it is longer than a contribution may be.</exception>
    public static async IAsyncEnumerable<(DatasetFile File, byte[] Content)> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken cancel)
    {
        var groups = await GuardedAsync(async () =>
        {
            await using var reader = await ParquetReader.CreateAsync(input, leaveStreamOpen: true, cancellationToken: cancel);
            return reader.RowGroupCount;
        });
        for (var group = 0; group < groups; group++)
        {
            var rows = await GuardedAsync(async () =>
            {
                input.Position = 0;
                return (await ParquetSerializer.DeserializeUntypedAsync(input, new ParquetOptions { TreatByteArrayAsString = false }, group, cancel)).Data;
            });
            foreach (var row in rows)
            {
                cancel.ThrowIfCancellationRequested();
                yield return Read(row);
            }
        }
    }

    private static (DatasetFile File, byte[] Content) Read(Dictionary<string, object> row)
    {
        if (!row.TryGetValue(Content.Name, out var bytes) || bytes is not byte[] content || content.Length > FileGate.DefaultMaximumSize || Text("file_name") is not { Length: > 0 and <= 1000 } name)
        {
            throw new InvalidFileException($"The table has a row without a name or without content of at most {FileGate.DefaultMaximumSize} bytes.", "Export the bundle again, with its files.");
        }

        return (new DatasetFile(Text("contribution"), name, Text("type"), Text("sha256"), content.Length, Text("licence"), Text("contributor"), 0, default, 0)
        {
            Source = Text("source"),
            Language = Text("language"),
            IntendedUse = Text("intended_use"),
            Note = Text("note"),
        }, content);

        string Text(string column) => row.TryGetValue(column, out var value) && value is string text ? text : "";
    }

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception problem) when (problem is not (InvalidFileException or OperationCanceledException or OutOfMemoryException))
        {
            // The library says in many ways that bytes are damaged.
            throw new InvalidFileException("The table of files is damaged: its footer or its pages cannot be read.", "Export the bundle again.", problem);
        }
    }

    private static readonly DataField Content = new("content", typeof(byte[]), false);

    private static readonly (DataField Field, Func<DatasetFile, string> Value)[] Columns =
    [
        Text("contribution", file => file.Contribution),
        Text("file_name", file => file.FileName),
        Text("type", file => file.Type),
        Text("sha256", file => file.Sha256),
        Text("licence", file => file.Licence),
        Text("source", file => file.Source),
        Text("language", file => file.Language),
        Text("intended_use", file => file.IntendedUse),
        Text("note", file => file.Note),
        Text("contributor", file => file.Contributor),
        Text("received_at", file => file.ReceivedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
    ];

    private static readonly (DataField Field, Func<DatasetFile, long> Value)[] Numbers =
    [
        (new DataField<long>("ledger_index", false), file => file.LedgerIndex),
        (new DataField<long>("bytes", false), file => file.Bytes),
        (new DataField<long>("score", false), file => file.Score),
    ];

    /// <summary>The names of the table's columns with their Croissant data types.</summary>
    internal static IReadOnlyList<(string Name, string DataType)> Described { get; } =
        [.. Columns.Select(column => (column.Field.Name, "sc:Text")), .. Numbers.Select(column => (column.Field.Name, "sc:Integer")), (Content.Name, "sc:Text")];

    private static (DataField Field, Func<DatasetFile, string> Value) Text(string name, Func<DatasetFile, string> value) => (new DataField(name, typeof(string), false), value);

    private static async Task WriteGroupAsync(ParquetWriter writer, List<DatasetFile> files, List<byte[]> contents, CancellationToken cancel)
    {
        using var group = writer.CreateRowGroup();
        foreach (var (field, value) in Columns)
        {
            await group.WriteAsync(field, files.ConvertAll(file => value(file)));
        }

        foreach (var (field, value) in Numbers)
        {
            await group.WriteAsync<long>(field, files.ConvertAll(file => value(file)).ToArray(), cancellationToken: cancel);
        }

        await group.WriteAsync(Content, contents);
    }
}
