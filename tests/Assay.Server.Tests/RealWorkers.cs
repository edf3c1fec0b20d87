namespace Assay.Server.Tests;

/// <summary>Servers that start the real worker program.</summary>
internal static class RealWorkers
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Worker", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Worker"));

    /// <summary>Starts a server that starts its workers; skips where the worker program was not built.</summary>
    public static Task<AssayServer> StartAsync(params string[] settings)
    {
        Assert.SkipUnless(File.Exists(Program), $"the worker program is not at {Program}: build the whole solution");
        return AssayServer.StartAsync(null, [.. settings, "Compute:StartWorkers=true", $"Compute:WorkerPath={Program}"]);
    }
}
