using System.Globalization;

namespace Assay.Worker.Bench;

/// <summary>This process's peak resident memory, from Linux's accounting.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Highest resident size since the start or the last <see cref="Reset"/>, MiB; null where the system does not say.</summary>
    public static double? ReadMib()
    {
        if (!File.Exists(Status))
        {
            return null;
        }

        string? line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Starts the peak anew from the present size, where the system allows it.</summary>
    public static void Reset()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The peak then covers the whole process: never too low, so no claim becomes wrong.
        }
    }
}
