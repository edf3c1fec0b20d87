using System.Diagnostics;
using Assay.Ledger.Tests.Appending;
using Assay.Testing;

namespace Assay.Ledger.Tests.GoJudge;

/// <summary>The outside judge: Go's own transparency log code checks our logs.</summary>
public sealed class GoJudgeTests : IAsyncLifetime
{
    private const string GoPath = "/usr/share/gocode"; // where Debian's golang-golang-x-mod-dev puts its sources

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-judge-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Judge => Path.Combine(_folder, "judge");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(GoPath, "src/golang.org/x/mod/sumdb/tlog")), "Go's tlog package is not here (Debian: apt-get install golang-go golang-golang-x-mod-dev)");
        var go = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "go")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(go is null, "Go is not here (Debian: apt-get install golang-go golang-golang-x-mod-dev)");
        var source = Path.Combine(Repository.Root, "tests", "Assay.Ledger.Tests", "GoJudge", "main.go");
        var (code, output) = await RunAsync(go!, "build", "-o", Judge, source);
        Assert.True(code == 0, output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Go_accepts_the_frozen_log_and_a_fresh_one_and_names_a_changed_entry()
    {
        Assert.Equal((0, "good 1000\n"), await RunAsync(Judge, Path.Combine(Repository.Root, "tests", "goldens", "ledger-1000", "ledger")));

        using var log = new TestLog();
        await log.GrowAsync(0, 513, Cancel);
        Assert.Equal((0, "good 513\n"), await RunAsync(Judge, log.Folder));

        var bundle = Path.Combine(log.Folder, "tile", "entries", "000");
        var bytes = File.ReadAllBytes(bundle);
        bytes[^1] ^= 1;
        File.WriteAllBytes(bundle, bytes);
        Assert.Equal((1, "entry 255 does not hash to its leaf\n"), await RunAsync(Judge, log.Folder));
    }

    private async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = GoPath;
        start.Environment["GOCACHE"] = Path.Combine(_folder, "cache");
        start.Environment["GOFLAGS"] = "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output + await error);
    }
}
