using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;

namespace Assay.Server.Contributions.Uploads;

/// <summary>The bytes of unfinished uploads: one file each in the staging folder.</summary>
internal sealed class UploadFile(DataFolder folder)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>After this many bytes they are flushed and the offset is recorded: more is never sent twice after a crash.</summary>
    private const int CheckpointBytes = 1024 * 1024;

    public string PathOf(string id) => Path.Combine(folder.Staging, id);

    /// <summary>Bytes that are there of those that were recorded.</summary>
    public long OffsetOf(UploadRow row) => new FileInfo(PathOf(row.Id)) is { Exists: true } file ? Math.Min(file.Length, row.Offset) : 0;

    /// <summary>Appends a body at an offset; what lies beyond it is dropped first.</summary>
    /// <param name="record">Stores an offset that is on the disk; called for every MiB, and at the end unless the file is complete.</param>
    /// <returns>The new offset, never above the row's length; or null when the body goes on beyond it: then nothing of it is kept.</returns>
    /// <exception cref="IOException">The connection broke, or the disk is full; what arrived before is kept.</exception>
    /// <exception cref="OperationCanceledException">The client left; what arrived before is kept.</exception>
    public async Task<long?> AppendAsync(UploadRow row, long offset, Stream body, Func<long, Task> record, CancellationToken cancel)
    {
        await using var file = new FileStream(PathOf(row.Id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, BufferSize);
        file.SetLength(offset);
        file.Seek(offset, SeekOrigin.Begin);
        var (at, recorded) = (offset, offset);
        var buffer = new byte[BufferSize];
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancel)) > 0)
            {
                if (at + read > row.Length)
                {
                    (at, recorded) = (offset, -1);
                    file.SetLength(offset);
                    return null;
                }

                await file.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
                at += read;
                if (at - recorded >= CheckpointBytes && at < row.Length)
                {
                    file.Flush(flushToDisk: true);
                    await record(recorded = at);
                }
            }

            return at;
        }
        finally
        {
            file.Flush(flushToDisk: true);
            if (at != recorded && at < row.Length)
            {
                await record(at);
            }
        }
    }

    public void Delete(string id) => File.Delete(PathOf(id));

    /// <summary>Ids of the uploads that have a file.</summary>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(folder.Staging, StagedBlob.PiecesPrefix + "*").Select(path => Path.GetFileName(path))];
}
