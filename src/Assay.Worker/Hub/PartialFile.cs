namespace Assay.Worker.Hub;

/// <summary>The bytes of a file that have arrived so far, hashed as they come.</summary>
internal sealed class PartialFile : IDisposable
{
    private const int DiskFullUnix = 28; // ENOSPC
    private const int DiskFullWindows = unchecked((int)0x80070070);

    private readonly HubFile file;
    private readonly FileStream stream;
    private readonly ContentHash hash;

    /// <summary>Continues an earlier attempt's file, or begins one.</summary>
    public PartialFile(string path, HubFile file)
    {
        this.file = file;
        stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        hash = new ContentHash(file);
        if (stream.Length > file.Size)
        {
            Restart();
        }

        Length = stream.Length == 0 ? 0 : hash.Append(stream);
    }

    /// <summary>Bytes that have arrived.</summary>
    public long Length { get; private set; }

    /// <summary>Whether every byte is there.</summary>
    public bool IsWhole => Length == file.Size;

    /// <summary>Adds bytes.</summary>
    /// <exception cref="HubException">There are more than the listing says, or the disk is full.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > file.Size - Length)
        {
            throw new HubException(HubFailure.ChecksumDiffers, $"'{file.Name}' is longer than the {file.Size} bytes that the hub lists.");
        }

        try
        {
            stream.Write(bytes);
        }
        catch (IOException error) when (error.HResult is DiskFullUnix or DiskFullWindows)
        {
            throw DiskFull(error);
        }

        hash.Append(bytes);
        Length += bytes.Length;
    }

    /// <summary>Forgets all bytes.</summary>
    public void Restart()
    {
        stream.SetLength(0);
        stream.Position = 0;
        hash.Restart();
        Length = 0;
    }

    /// <summary>Checks the content and makes it durable.</summary>
    /// <returns>SHA-256 in lower-case hex, or null when the content is not the listed one.</returns>
    /// <exception cref="HubException">The disk is full.</exception>
    public string? Seal()
    {
        try
        {
            string? match = IsWhole ? hash.Match() : null;
            if (match is not null)
            {
                stream.Flush(flushToDisk: true);
            }

            return match;
        }
        catch (IOException error) when (error.HResult is DiskFullUnix or DiskFullWindows)
        {
            throw DiskFull(error);
        }
    }

    public void Dispose()
    {
        hash.Dispose();
        stream.Dispose();
    }

    private HubException DiskFull(IOException error) => new(HubFailure.DiskFull,
        $"The disk is full after about {Length} of {file.Size} bytes of '{file.Name}'. Free some space and run the same command again: it continues.", error);
}
