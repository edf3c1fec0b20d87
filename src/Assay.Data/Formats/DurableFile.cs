using System.Runtime.InteropServices;

namespace Assay.Data.Formats;

/// <summary>Writes that survive a crash: temporary name, fsync, rename, fsync of the folder.</summary>
public static partial class DurableFile
{
    /// <summary>Makes or replaces a file; a crash leaves the old content or the new one, never a mixture.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content into the stream it is given.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".tmp";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes or replaces a UTF-8 text file in the same way.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Makes renames inside a folder durable. Does nothing on Windows, where a rename is journalled with its folder.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int handle = Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"The folder '{folder}' cannot be opened to make a rename durable (error {Marshal.GetLastPInvokeError()}).");
        }

        int result = Fsync(handle);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (result != 0)
        {
            throw new IOException($"The folder '{folder}' cannot be synchronised to disk (error {error}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
