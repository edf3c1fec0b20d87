namespace Assay.Testing;

/// <summary>A temporary folder in memory where the system has one, for tests that write a file ten thousand times.</summary>
public static class MemoryFolder
{
    private const string Shared = "/dev/shm";

    /// <summary>Makes the folder; the caller deletes it.</summary>
    public static string Create()
    {
        string folder = Path.Combine(Directory.Exists(Shared) ? Shared : Path.GetTempPath(), $"assay-{Guid.NewGuid():N}");
        return Directory.CreateDirectory(folder).FullName;
    }
}
