using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Decode;

/// <summary>Unmanaged memory that starts on a 64-byte line, or on a 2 MiB page where it is large. Not cleared.</summary>
internal sealed unsafe partial class AlignedMemory : IDisposable
{
    private const int Line = 64;
    private const int HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    private void* address;

    /// <param name="bytes">Size, 1 or more.</param>
    public AlignedMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        Bytes = bytes;
        bool large = bytes >= HugePage;
        address = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)(large ? HugePage : Line));
        if (large && OperatingSystem.IsLinux())
        {
            // Advice only: without huge pages the same memory is merely slower to walk.
            _ = Advise(address, (nuint)bytes, AdviseHugePages);
        }

        GC.AddMemoryPressure(bytes);
    }

    ~AlignedMemory() => Free();

    /// <summary>Size.</summary>
    public long Bytes { get; }

    /// <summary>First byte; valid until <see cref="Dispose"/>.</summary>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(address == null, this);
            return (nint)address;
        }
    }

    /// <summary>As floats.</summary>
    public float* Floats => (float*)Address;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (address != null)
        {
            NativeMemory.AlignedFree(address);
            address = null;
            GC.RemoveMemoryPressure(Bytes);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
