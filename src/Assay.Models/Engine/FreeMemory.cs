using System.Globalization;

namespace Assay.Models.Engine;

/// <summary>Memory that this process can still take without swapping or being ended.</summary>
public static class FreeMemory
{
    /// <summary>Bytes: what the kernel calls available, or what is left under the process's control group when that is less; the runtime's own figure where there is neither.</summary>
    public static long Bytes() =>
        OperatingSystem.IsLinux() && Available(ReadOrEmpty("/proc/meminfo")) is { } machine
            ? Math.Min(machine, Left(ReadOrEmpty("/sys/fs/cgroup/memory.max"), ReadOrEmpty("/sys/fs/cgroup/memory.current")) ?? long.MaxValue)
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The <c>MemAvailable</c> line of <c>/proc/meminfo</c> in bytes, or null.</summary>
    internal static long? Available(string text) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            ? long.Parse(kibibytes, CultureInfo.InvariantCulture) << 10
            : null;

    /// <summary>Limit minus use of a control group (version 2), or null when it has no limit.</summary>
    internal static long? Left(string limit, string current) =>
        long.TryParse(limit, CultureInfo.InvariantCulture, out long most) && long.TryParse(current, CultureInfo.InvariantCulture, out long used) ? Math.Max(0, most - used) : null;

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";
}
