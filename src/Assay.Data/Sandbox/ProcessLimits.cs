using System.Runtime.InteropServices;

namespace Assay.Data.Sandbox;

/// <summary>Limits that a child process puts on itself before it reads hostile bytes. All native calls of the sandbox are in this file.</summary>
/// <remarks>setrlimit(2) and proc(5). On systems other than Linux and macOS only the limits of the parent apply (<see cref="LimitedProcess"/>).</remarks>
public static partial class ProcessLimits
{
    // The numbers are the same on Linux and macOS.
    private const int Cpu = 0, FileSize = 1, Data = 2, Core = 4;
    private const long Unlimited = -1;

    /// <summary>Writable memory, written files and core dumps of this process; it is also the first the kernel ends when memory runs out.</summary>
    /// <param name="memoryBytes">Private writable memory. The managed heap has its own, lower limit; this one also holds native memory and thread stacks.</param>
    /// <param name="fileBytes">Longest file this process may write.</param>
    /// <returns>False where the system has no such limits.</returns>
    public static bool Apply(long memoryBytes, long fileBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(memoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(fileBytes);
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return false;
        }

        if (OperatingSystem.IsLinux())
        {
            // A refusal is harmless: the worth of this process to the kernel changes, not its limits.
            TryWrite("/proc/self/oom_score_adj", "1000");
        }

        Set(Data, memoryBytes, memoryBytes);
        Set(FileSize, fileBytes, fileBytes);
        Set(Core, 0, 0);
        return true;
    }

    /// <summary>From now on this process may use so many more seconds of processor time; then the kernel ends it. Called before each file.</summary>
    /// <returns>False where the system has no such limit.</returns>
    public static bool AllowProcessorTime(TimeSpan more)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(more, TimeSpan.Zero);
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return false;
        }

        var used = Environment.CpuUsage.TotalTime;
        Set(Cpu, (long)Math.Ceiling((used + more).TotalSeconds), Unlimited);
        return true;
    }

    private static void Set(int resource, long soft, long hard)
    {
        // A limit that is already lower stays: raising it needs a right that a sandbox should not have.
        if (GetLimit(resource, out var now) != 0)
        {
            throw new InvalidOperationException($"getrlimit({resource}) failed with error {Marshal.GetLastPInvokeError()}.");
        }

        var wanted = new Limit { Soft = Lower(soft, now.Hard), Hard = Lower(hard, now.Hard) };
        if (SetLimit(resource, in wanted) != 0)
        {
            throw new InvalidOperationException($"setrlimit({resource}, {soft}) failed with error {Marshal.GetLastPInvokeError()}.");
        }
    }

    private static ulong Lower(long wanted, ulong hard) => Math.Min(unchecked((ulong)wanted), hard);

    private static void TryWrite(string path, string value)
    {
        try
        {
            File.WriteAllText(path, value);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
