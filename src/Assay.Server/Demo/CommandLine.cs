using System.Diagnostics;

namespace Assay.Server.Demo;

/// <summary>Runs the command-line program as a user would, to verify without trust in the server.</summary>
internal static class CommandLine
{
    /// <summary>Exit code and output of <c>./assay ARGUMENTS</c>.</summary>
    public static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Cli"));
        DemoFailedException.Unless(File.Exists(program), $"The command-line program '{program}' is missing. Start the demo with ./assay demo, which builds it.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
