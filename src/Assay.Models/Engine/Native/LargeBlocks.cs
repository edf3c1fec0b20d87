using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Native;

/// <summary>While one lives, native blocks of 128 KiB or more come straight from the system and go back to it when freed.</summary>
/// <remarks>
/// glibc raises that size to that of every large block it frees, up to 32 MiB, and keeps what lies below: loading a 500M model left 450 MiB of freed
/// temporaries in the process. Outside of loading and of growing buffers the usual reuse is faster, so the end of this sets what glibc arrives at by itself.
/// Nothing happens with other C libraries.
/// </remarks>
internal sealed partial class LargeBlocks : IDisposable
{
    private const int MmapThreshold = -3;
    private const int TrimThreshold = -1;

    private static bool available = OperatingSystem.IsLinux();

    private LargeBlocks() => Set(128 << 10, 128 << 10);

    /// <summary>Begins.</summary>
    public static LargeBlocks Apart() => new();

    public void Dispose()
    {
        Set(32 << 20, 64 << 20);
        if (available)
        {
            _ = Trim(0);
        }
    }

    private static void Set(int mapped, int trimmed)
    {
        if (!available)
        {
            return;
        }

        try
        {
            _ = Option(MmapThreshold, mapped);
            _ = Option(TrimThreshold, trimmed);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            available = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Option(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
