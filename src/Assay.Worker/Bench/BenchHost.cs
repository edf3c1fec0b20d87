using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Assay.Worker.Bench;

/// <summary>What a benchmark says about the machine it ran on.</summary>
internal static class BenchHost
{
    /// <summary>Widest vector instructions that kernels use here.</summary>
    public static string Isa => Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? "avx512" : Avx2.IsSupported ? "avx2" : "scalar";

    /// <summary>Versions of what computes.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["dotnet"] = Environment.Version.ToString(),
        ["torchsharp"] = typeof(torch).Assembly.GetName().Version!.ToString(),
        ["libtorch"] = torch.__version__,
    };

    /// <summary>Memory that programs can still have, MiB; null where the system does not say.</summary>
    public static double? FreeMib()
    {
        const string source = "/proc/meminfo";
        string? line = File.Exists(source) ? File.ReadLines(source).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
        return line is null ? null : double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
