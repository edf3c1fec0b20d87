namespace Assay.Worker.Hub;

/// <summary>Keeps a second pull out of a folder, and removes what a pull leaves behind when it has nothing to continue.</summary>
internal sealed class PullLock : IDisposable
{
    private readonly PullTarget target;
    private readonly bool madeFolder;
    private readonly FileStream file;

    /// <exception cref="HubException">Another pull works there.</exception>
    public PullLock(PullTarget target)
    {
        this.target = target;
        madeFolder = !Directory.Exists(target.Folder);
        Directory.CreateDirectory(target.Work);
        try
        {
            file = new FileStream(Path.Combine(target.Work, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error)
        {
            throw new HubException(HubFailure.FolderInUse, $"Another pull works in '{target.Folder}': {error.Message}", error);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        DeleteIfEmpty(target.Work);
        if (madeFolder)
        {
            DeleteIfEmpty(target.Folder);
        }
    }

    private static void DeleteIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
