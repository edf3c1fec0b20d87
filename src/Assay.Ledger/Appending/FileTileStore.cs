using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>A log in a folder: <c>checkpoint</c>, <c>vkey</c> and <c>tile/…</c>, exactly as they are served over HTTP.</summary>
/// <remarks>Thread safe for reading; one writer. A crash leaves at most a hidden <c>.*.tmp</c> file, which <see cref="Sweep"/> removes.</remarks>
public sealed class FileTileStore : ITileStore
{
    private readonly string _root;
    private readonly DurableFiles _files;

    /// <param name="folder">The log folder; created when it is first written to. The folder above it exists.</param>
    public FileTileStore(string folder)
        : this(folder, new DurableFiles())
    {
    }

    internal FileTileStore(string folder, DurableFiles files)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _files = files;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(string path, int limit, CancellationToken cancel)
    {
        FileStream file;
        try
        {
            file = new FileStream(FullPath(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} cannot be read: {e.Message}", e);
        }

        await using (file)
        {
            if (file.Length > limit)
            {
                throw new LedgerFormatException($"{path} has {file.Length} bytes, more than the {limit} it can have");
            }

            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancel);
            return bytes;
        }
    }

    /// <inheritdoc/>
    public async ValueTask CreateAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var present = await ReadAsync(path, int.MaxValue, cancel);
        if (present is not null && !present.AsSpan().SequenceEqual(bytes.Span))
        {
            throw new LedgerCorruptException($"{path} is on disk with other bytes than the entries give. It was changed, or a second program writes this log.");
        }

        // Written again even when present: the process that wrote it may have died before the folder was synced.
        await ReplaceAsync(path, bytes, cancel);
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var target = FullPath(path);
        _files.CreateFolder(Path.GetDirectoryName(target)!, _root);
        _files.Write(target, bytes.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Removes temporary files that a crash left. Only while nobody writes.</summary>
    /// <returns>How many there were.</returns>
    public int Sweep()
    {
        if (!Directory.Exists(_root))
        {
            return 0;
        }

        var left = Directory.GetFiles(_root, ".*.tmp", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None });
        Array.ForEach(left, File.Delete);
        return left.Length;
    }

    private string FullPath(string path) => path is LogFiles.Checkpoint or LogFiles.Vkey || TilePath.TryParse(path, out _)
        ? Path.Combine(_root, path)
        : throw new ArgumentException($"A log has no file '{path}'.", nameof(path));
}
