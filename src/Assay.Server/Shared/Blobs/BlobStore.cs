using System.Security.Cryptography;
using Assay.Data.Formats;

namespace Assay.Server.Shared.Blobs;

/// <summary>Content-addressed files: <c>blobs/ab/cdef…</c>, named by their SHA-256.</summary>
internal sealed class BlobStore(DataFolder folder)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Receives at most <paramref name="limit"/> bytes into a staging file while hashing them, and flushes it to the disk.</summary>
    /// <returns>The staged file, or null when the body is longer than <paramref name="limit"/> (nothing stays on the disk then).</returns>
    public async Task<StagedBlob?> StageAsync(Stream body, long limit, CancellationToken cancel)
    {
        var path = Path.Combine(folder.Staging, Guid.NewGuid().ToString("n"));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var head = new MemoryStream();
            long length = 0;
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
            {
                var buffer = new byte[BufferSize];
                int read;
                while ((read = await body.ReadAsync(buffer, cancel)) > 0)
                {
                    length += read;
                    if (length > limit)
                    {
                        break;
                    }

                    if (head.Length < StagedBlob.HeadLength)
                    {
                        head.Write(buffer, 0, (int)Math.Min(read, StagedBlob.HeadLength - head.Length));
                    }

                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancel);
                }

                if (length <= limit)
                {
                    file.Flush(flushToDisk: true);
                }
            }

            if (length > limit)
            {
                File.Delete(path);
                return null;
            }

            return new StagedBlob(path, Convert.ToHexStringLower(hash.GetHashAndReset()), length, head.ToArray());
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Describes a file that already lies complete and flushed in the staging folder.</summary>
    public static async Task<StagedBlob> AdoptAsync(string path, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        var head = new byte[(int)Math.Min(StagedBlob.HeadLength, file.Length)];
        await file.ReadExactlyAsync(head, cancel);
        file.Position = 0;
        return new StagedBlob(path, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)), file.Length, head);
    }

    /// <summary>Moves a staged file to its place; durable on return. A file that is there already wins.</summary>
    public void Keep(StagedBlob staged)
    {
        var target = PathOf(staged.Sha256);
        var parent = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            DurableFile.SyncFolder(folder.Blobs);
        }

        File.Move(staged.Path, target, overwrite: true);
        DurableFile.SyncFolder(parent);
    }

    public static void Discard(StagedBlob staged) => File.Delete(staged.Path);

    /// <exception cref="FileNotFoundException">No blob has this hash (erased, or never stored).</exception>
    public Stream OpenRead(string sha256) => File.OpenRead(PathOf(sha256));

    public bool Exists(string sha256) => File.Exists(PathOf(sha256));

    /// <summary>All stored hashes with the time they were written, for the sweep and the scrub.</summary>
    public IEnumerable<(string Sha256, DateTime WrittenUtc)> List() =>
        Directory.EnumerateDirectories(folder.Blobs).SelectMany(Directory.EnumerateFiles)
            .Select(path => (Path.GetFileName(Path.GetDirectoryName(path)!) + Path.GetFileName(path), File.GetLastWriteTimeUtc(path)));

    /// <summary>When a blob was last kept; the distant past when it is not here.</summary>
    public DateTime WrittenUtc(string sha256) => File.GetLastWriteTimeUtc(PathOf(sha256));

    public void Delete(string sha256) => File.Delete(PathOf(sha256));

    /// <summary>Staging files that no upload has touched since <paramref name="beforeUtc"/> are removed; uploads in pieces look after their own.</summary>
    public int SweepStaging(DateTime beforeUtc)
    {
        var stale = Directory.EnumerateFiles(folder.Staging).Where(path => !Path.GetFileName(path).StartsWith(StagedBlob.PiecesPrefix, StringComparison.Ordinal) && File.GetLastWriteTimeUtc(path) < beforeUtc).ToList();
        stale.ForEach(File.Delete);
        return stale.Count;
    }

    /// <summary>Where a blob lies, or would lie.</summary>
    public string PathOf(string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"'{sha256}' is not a lower-case SHA-256.", nameof(sha256));
        }

        return Path.Combine(folder.Blobs, sha256[..2], sha256[2..]);
    }
}
