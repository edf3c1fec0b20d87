using System.Globalization;

namespace Assay.Models.Engine;

/// <summary>Memory that this process can still take without swapping or being ended.</summary>
public static class FreeMemory
{
    /// <summary>
    /// Bytes: what the kernel calls available, or what is left under the process's control group or its own limit of writable memory when that is less;
    /// the runtime's own figure where there is none of them.
    /// </summary>
    public static long Bytes() =>
        OperatingSystem.IsLinux() && Available(ReadOrEmpty("/proc/meminfo")) is { } machine
            ? new[]
            {
                machine,
                Left(ReadOrEmpty("/sys/fs/cgroup/memory.max"), ReadOrEmpty("/sys/fs/cgroup/memory.current")) ?? long.MaxValue,
                LeftOfData(ReadOrEmpty("/proc/self/limits"), ReadOrEmpty("/proc/self/status")) ?? long.MaxValue,
            }.Min()
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The <c>MemAvailable</c> line of <c>/proc/meminfo</c> in bytes, or null.</summary>
    internal static long? Available(string text) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            ? long.Parse(kibibytes, CultureInfo.InvariantCulture) << 10
            : null;

    /// <summary>Limit minus use of a control group (version 2), or null when it has no limit.</summary>
    internal static long? Left(string limit, string current) =>
        long.TryParse(limit, CultureInfo.InvariantCulture, out long most) && long.TryParse(current, CultureInfo.InvariantCulture, out long used) ? Math.Max(0, most - used) : null;

    /// <summary>Soft limit of private writable memory (RLIMIT_DATA) minus what is mapped so, or null when there is none.</summary>
    internal static long? LeftOfData(string limits, string status)
    {
        string? limit = limits.Split('\n').FirstOrDefault(line => line.StartsWith("Max data size", StringComparison.Ordinal));
        string? mapped = status.Split('\n').FirstOrDefault(line => line.StartsWith("VmData:", StringComparison.Ordinal));
        return limit?["Max data size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var most, ..]
            && mapped?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            && long.TryParse(kibibytes, CultureInfo.InvariantCulture, out long used)
                ? Left(most, (used << 10).ToString(CultureInfo.InvariantCulture))
                : null;
    }

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";
}
