using Microsoft.Extensions.Options;

namespace Assay.Server.Shared;

/// <summary>Paths inside the data folder and the project's root.</summary>
internal sealed class DataFolder : IDisposable
{
    private FileStream? _lock;

    public DataFolder(IOptions<StorageOptions> options)
    {
        Root = Path.GetFullPath(options.Value.Folder);
        Home = options.Value.Home.Length > 0 ? Path.GetFullPath(options.Value.Home) : FindHome();
        foreach (var folder in (string[])[Root, Blobs, Staging, Ledger, Models, Keys, Work])
        {
            Directory.CreateDirectory(folder);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Root { get; }
    public string Home { get; }
    public string Database => Path.Combine(Root, "assay.db");
    public string Blobs => Path.Combine(Root, "blobs");
    public string Staging => Path.Combine(Root, "staging");
    public string Ledger => Path.Combine(Root, "ledger");
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Adapters and trace indexes, a folder per run.</summary>
    public string Models => Path.Combine(Root, "models");

    /// <summary>Folders of running jobs (training checkpoints); one per job, removed when the job ends.</summary>
    public string Work => Path.Combine(Root, "work");

    /// <summary>The demonstration model that ships with the project.</summary>
    public string Starter => Path.Combine(Home, "models", "starter");

    public string Samples => Path.Combine(Home, "samples");

    /// <summary>Claims the folder for one serving process: two appenders would sign two logs. The claim ends with the process, however it ends.</summary>
    /// <returns>False: another process holds it.</returns>
    public bool TryLock()
    {
        if (_lock is not null)
        {
            return true;
        }

        try
        {
            _lock = new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _lock?.Dispose();

    private static string FindHome()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
