using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Assay.Testing;

namespace Assay.Server.Tests.Demo;

/// <summary>The product's main job as a user starts it: the real programs, a fresh data folder, real tensors.</summary>
public sealed class DemoTests
{
    private static readonly string Configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    [Fact]
    public async Task The_demo_walks_through_every_step_and_ends_with_zero()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Repository.Root, "models", "starter", "model.safetensors")), "the starter model is not in this checkout");
        foreach (var program in (string[])["Assay.Worker", "Assay.Cli"])
        {
            Assert.SkipUnless(File.Exists(ProgramPath(program)), $"{program} is not built in {Configuration}");
        }

        var folder = Directory.CreateTempSubdirectory("assay-demo-");
        try
        {
            var (code, output) = await RunAsync("demo", "--exit", "--data", Path.Combine(folder.FullName, "data"), "--port", FreePort());

            Assert.True(code == 0, $"The demo ended with {code}:\n{output}");
            Assert.Contains("All 10 steps went as they should", output, StringComparison.Ordinal);
            Assert.Contains("GOOD", output, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "data", "ledger", "checkpoint")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_empty_is_refused_and_left_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("assay-demo-");
        try
        {
            var file = Path.Combine(folder.FullName, "mine.txt");
            await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

            var (code, output) = await RunAsync("demo", "--exit", "--data", folder.FullName, "--port", FreePort());

            Assert.Equal(2, code);
            Assert.Contains("is not empty", output, StringComparison.Ordinal);
            Assert.Equal([file], Directory.GetFileSystemEntries(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string ProgramPath(string name) => Path.Combine(Repository.Root, "artifacts", "bin", name, Configuration, name);

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(ProgramPath("Assay.Server")) { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output + await errors);
    }
}
