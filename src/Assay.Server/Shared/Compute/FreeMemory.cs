using System.Globalization;

namespace Assay.Server.Shared.Compute;

/// <summary>Memory that can be used without swapping.</summary>
internal static class FreeMemory
{
    /// <summary>MiB that the kernel calls available; the runtime's own figure where there is no /proc.</summary>
    public static long MiB()
    {
        const string path = "/proc/meminfo";
        if (File.Exists(path))
        {
            var line = File.ReadLines(path).FirstOrDefault(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal));
            if (line is not null)
            {
                return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
            }
        }

        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
    }
}
