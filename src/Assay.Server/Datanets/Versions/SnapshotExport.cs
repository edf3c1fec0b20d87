using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Data.Formats.Datasets;
using Assay.Server.Contributions;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Versions;

/// <summary>Writes a frozen version out: its records as Parquet or JSON lines, or everything with the files' bytes as one bundle in the layout that Hugging Face reads.</summary>
internal sealed class SnapshotExport(IDbContextFactory<AssayDb> reader, BlobStore blobs, RenderedText rendered, DataFolder folder, LedgerSequencer ledger)
{
    private const int Slice = 500;

    public async Task WriteJsonLinesAsync(SnapshotRow snapshot, Stream output, CancellationToken cancel)
    {
        foreach (var group in Groups(snapshot.ReadManifest()))
        {
            await RecordTable.WriteJsonLinesAsync(output, await RecordsAsync(group, cancel), cancel);
        }
    }

    public Task WriteParquetAsync(SnapshotRow snapshot, Stream output, CancellationToken cancel) => WriteRecordsAsync(snapshot.ReadManifest(), output, cancel);

    /// <param name="snapshot">The version.</param>
    /// <param name="withFiles">Whether the files' bytes come along.</param>
    /// <param name="url">Address of the version's page.</param>
    /// <param name="output">Receives a ZIP archive.</param>
    /// <param name="cancel">Stops between records and files.</param>
    public async Task WriteBundleAsync(SnapshotRow snapshot, bool withFiles, string url, Stream output, CancellationToken cancel)
    {
        var manifest = snapshot.ReadManifest();
        var present = await PresentAsync(manifest, cancel);
        await using var records = Temporary();
        await WriteRecordsAsync(manifest, records, cancel);
        await using var files = withFiles ? Temporary() : null;
        if (files is not null)
        {
            await FileTable.WriteAsync(files, present, file => blobs.OpenRead(file.Sha256), cancel);
        }

        var parts = new List<(DatasetPart Part, FileStream Content)> { (await PartAsync("records", "data/records.parquet", records, cancel), records) };
        if (files is not null)
        {
            parts.Add((await PartAsync("files", "files/files.parquet", files, cancel), files));
        }

        var description = await DescribeAsync(snapshot, present, url, [.. parts.Select(part => part.Part)], cancel);
        await using var archive = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
        await AddAsync(archive, "README.md", DatasetReadme.Write(description), cancel);
        await AddAsync(archive, "croissant.json", Croissant.Write(description), cancel);
        await AddAsync(archive, "provenance.json", Provenance(snapshot, manifest, present), cancel);
        foreach (var (part, content) in parts)
        {
            content.Position = 0;
            await using var entry = await archive.CreateEntry(part.Path, CompressionLevel.NoCompression).OpenAsync(cancel); // the columns are compressed already
            await content.CopyToAsync(entry, cancel);
        }
    }

    private async Task WriteRecordsAsync(SnapshotManifest manifest, Stream output, CancellationToken cancel)
    {
        var all = new List<DatasetRecord>();
        foreach (var group in Groups(manifest))
        {
            all.AddRange(await RecordsAsync(group, cancel));
        }

        await RecordTable.WriteParquetAsync(output, all, cancel);
    }

    private static IEnumerable<(ManifestContribution Of, ManifestRecord Record)[]> Groups(SnapshotManifest manifest) =>
        manifest.Contributions.SelectMany(item => item.Records.Select(record => (item, record))).Chunk(Slice);

    /// <summary>The records of a slice that are still here, in the manifest's order.</summary>
    private async Task<List<DatasetRecord>> RecordsAsync((ManifestContribution Of, ManifestRecord Record)[] slice, CancellationToken cancel)
    {
        var ids = slice.Select(pair => pair.Record.Id).ToList();
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await db.Records.AsNoTracking().Where(row => ids.Contains(row.Id)
            && db.Contributions.Any(file => file.Id == row.ContributionId && file.State == ContributionState.Accepted && file.Removal == null)).ToDictionaryAsync(row => row.Id, cancel);
        return [.. slice.Where(pair => rows.ContainsKey(pair.Record.Id)).Select(pair => ToRecord(rows[pair.Record.Id], pair.Of, pair.Record))];
    }

    private DatasetRecord ToRecord(RecordRow row, ManifestContribution of, ManifestRecord record)
    {
        var turns = rendered.Of(row);
        return new DatasetRecord
        {
            Sha256 = record.Sha256,
            Messages = row.Prompt.Length == 0 ? [] : [.. turns.Select(turn => new DatasetMessage { Role = turn.Role, Content = turn.Content })],
            Prompt = rendered.Of(row, row.Prompt),
            Text = turns[^1].Content,
            Cluster = record.Cluster,
            Contribution = of.Id,
            Contributor = of.AccountId,
            Licence = of.Licence,
            LedgerIndex = of.Index,
        };
    }

    /// <summary>The version's files that were not removed since.</summary>
    private async Task<List<DatasetFile>> PresentAsync(SnapshotManifest manifest, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await db.Contributions.AsNoTracking().Where(row => row.DatanetId == manifest.Datanet && row.State == ContributionState.Accepted && row.Removal == null).ToDictionaryAsync(row => row.Id, cancel);
        return [.. manifest.Contributions.Where(item => rows.ContainsKey(item.Id)).Select(item =>
        {
            var row = rows[item.Id];
            return new DatasetFile(row.Id, row.FileName, row.Type, row.Sha256, row.Bytes, row.Licence, row.AccountId, item.Index, row.ReceivedAt, row.Score ?? 0)
            {
                Source = row.Source ?? "",
                Language = row.Language ?? "",
                IntendedUse = row.IntendedUse ?? "",
                Note = row.Note ?? "",
            };
        })];
    }

    private async Task<DatasetDescription> DescribeAsync(SnapshotRow snapshot, List<DatasetFile> files, string url, IReadOnlyList<DatasetPart> parts, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var datanet = await db.Datanets.AsNoTracking().FirstAsync(row => row.Id == snapshot.DatanetId, cancel);
        return new DatasetDescription(datanet.Name, snapshot.Number, datanet.Purpose,
            [.. files.CountBy(file => file.Licence).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key)],
            datanet.LanguageList, datanet.TagList, snapshot.CreatedAt, snapshot.Records, files.Count, snapshot.RecordsRoot)
        {
            LedgerIndex = await ledger.IndexOfAsync(snapshot.EntryId, cancel),
            Url = url,
            Parts = parts,
        };
    }

    /// <summary>The frozen list as it was made, and which of its contributions are no longer here.</summary>
    private static string Provenance(SnapshotRow snapshot, SnapshotManifest manifest, List<DatasetFile> present)
    {
        var here = present.Select(file => file.Contribution).ToHashSet();
        var facts = new
        {
            Snapshot = snapshot.Id,
            snapshot.RecordsRoot,
            snapshot.CreatedAt,
            Removed = manifest.Contributions.Where(item => !here.Contains(item.Id)).Select(item => item.Id).ToList(),
            Manifest = manifest,
        };
        return JsonSerializer.Serialize(facts, AssayJson.Options);
    }

    private static async Task<DatasetPart> PartAsync(string table, string path, FileStream content, CancellationToken cancel)
    {
        content.Position = 0;
        return new DatasetPart(table, path, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel)), content.Length);
    }

    private static async Task AddAsync(ZipArchive archive, string name, string text, CancellationToken cancel)
    {
        await using var entry = await archive.CreateEntry(name).OpenAsync(cancel);
        await entry.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
    }

    /// <summary>A file in the staging folder that is gone when it is closed; after a crash the sweep takes it.</summary>
    public FileStream Temporary() => new(Path.Combine(folder.Staging, $"export-{Guid.NewGuid():n}"), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
    });
}
