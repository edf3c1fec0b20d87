using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Assay.Ledger.Appending;

/// <summary>Writes files so that after a power loss they are there in full or not at all.</summary>
/// <param name="step">Called between the steps with what was just done; tests make it throw.</param>
/// <remarks>Thread safe.</remarks>
internal sealed partial class DurableFiles(Action<string>? step = null)
{
    public const UnixFileMode PublicMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode SecretMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly HashSet<string> _durableFolders = [];

    /// <summary>Temporary file in the same folder, fsync, rename over <paramref name="path"/>, fsync of the folder.</summary>
    public void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode = PublicMode)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():n}.tmp");
        try
        {
            WriteAndSync(temporary, bytes, mode);
            File.Move(temporary, path, overwrite: true);
            step?.Invoke("renamed");
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        Sync(folder);
    }

    /// <summary>Writes behind the end of an open file, and makes it durable.</summary>
    public void Append(FileStream file, ReadOnlySpan<byte> bytes, long offset)
    {
        step?.Invoke("append begun");
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
        step?.Invoke("appended");
        file.Flush(flushToDisk: true);
        step?.Invoke("append synced");
    }

    /// <summary>Creates a folder below <paramref name="root"/>, and makes its entry and those of the folders above it durable once per process.</summary>
    public void CreateFolder(string folder, string root)
    {
        lock (_durableFolders)
        {
            if (_durableFolders.Contains(folder))
            {
                return;
            }
        }

        var parent = Path.GetDirectoryName(folder)!;
        if (folder != root)
        {
            CreateFolder(parent, root);
        }

        Directory.CreateDirectory(folder);
        Sync(parent);
        lock (_durableFolders)
        {
            _durableFolders.Add(folder);
        }
    }

    private void WriteAndSync(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        step?.Invoke("begun");
        using var file = new FileStream(path, options);
        file.Write(bytes);
        step?.Invoke("written");
        file.Flush(flushToDisk: true);
        step?.Invoke("synced");
    }

    private void Sync(string folder)
    {
        SyncFolder(folder);
        step?.Invoke("folder synced");
    }

    /// <summary>Makes renames inside a folder durable. .NET has no call for it; on Windows the file system journals them.</summary>
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int ReadOnly = 0;
        var handle = NativeOpen(folder, ReadOnly);
        if (handle < 0)
        {
            throw new IOException($"Folder {folder} cannot be opened to be synced: {new Win32Exception().Message}");
        }

        var failure = NativeSync(handle) != 0 ? new Win32Exception().Message : null;
        _ = NativeClose(handle);
        if (failure is not null)
        {
            throw new IOException($"Folder {folder} cannot be synced: {failure}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeSync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int NativeClose(int handle);
}
