using System.CommandLine;
using Assay.Testing;

namespace Assay.Cli.Tests;

public sealed class LedgerCommandTests : IDisposable
{
    private const string Vkey = "datanet.example/log1+7d557b6a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    private static readonly string Golden = Path.Combine(Repository.Root, "tests", "goldens", "ledger-1000");

    private readonly string _data = Directory.CreateTempSubdirectory("assay-cli-").FullName;

    public LedgerCommandTests()
    {
        foreach (var path in Directory.GetFiles(Golden, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_data, Path.GetRelativePath(Golden, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    private string Log => Path.Combine(_data, "ledger");

    private string Receipt => Path.Combine(_data, "receipt-500.tlog-proof");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_good_log_is_described_and_the_exit_code_is_0()
    {
        var (code, output, error) = await RunAsync("verify", Log);

        Assert.Equal(
            $"""
            key         {Vkey}  (from the log itself)
            log         datanet.example/log1
            size        1000
            root        {GoldenRoot}
            GOOD: 1000 entries, their tiles, root and signature

            """,
            output);
        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public async Task The_data_folder_around_the_log_will_do()
    {
        var (code, output, _) = await RunAsync("verify", _data, "--vkey", Vkey);

        Assert.Equal(0, code);
        Assert.StartsWith($"key         {Vkey}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_bad_entry_is_named_and_the_exit_code_is_1()
    {
        Flip(Path.Combine(Log, "tile", "entries", "001"), 100);

        var (code, output, _) = await RunAsync("verify", Log);

        Assert.Equal(1, code);
        Assert.Contains("first bad   entry 256, in tile/entries/001\nreason      its leaf hash is ", output, StringComparison.Ordinal);
        Assert.EndsWith("BAD: the first 256 entries are good\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_signed_by_another_key_is_bad()
    {
        var (code, output, _) = await RunAsync("verify", Log, "--vkey", "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X");

        Assert.Equal(1, code);
        Assert.Contains("no signature by the key witness.example/w1+20324abe", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_with_a_key_needs_no_log()
    {
        var (code, output, _) = await RunAsync("verify", "--receipt", Receipt, "--vkey", Vkey);

        Assert.Equal(0, code);
        Assert.Contains("entry       500: contrib, 2026-11-22 08:20:00 UTC\nGOOD: the entry is in the log\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_is_compared_with_the_log_when_there_is_one()
    {
        var (code, output, _) = await RunAsync("verify", Log, "--receipt", Receipt);

        Assert.Equal(0, code);
        Assert.EndsWith("GOOD: the entry is in the log, and the log still holds it\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "begins with")]
    [InlineData(40, "do not lead to the root that the log signed")]
    [InlineData(-40, "does not fit the text")]
    public async Task A_receipt_with_one_byte_changed_is_refused_with_its_reason(int at, string reason)
    {
        Flip(Receipt, at >= 0 ? at : (int)new FileInfo(Receipt).Length + at);

        var (code, output, _) = await RunAsync("verify", "--receipt", Receipt, "--vkey", Vkey);

        Assert.Equal(1, code);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.EndsWith("BAD: the receipt proves nothing\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_seen_is_remembered_and_compared_with_the_next_time()
    {
        var seen = Path.Combine(_data, "seen");

        Assert.Contains("nothing before; remembered", (await RunAsync("verify", Log, "--seen", seen)).Output, StringComparison.Ordinal);
        Assert.Contains("the 1000 entries seen before are unchanged", (await RunAsync("verify", Log, "--seen", seen)).Output, StringComparison.Ordinal);
        File.Copy(Path.Combine(_data, "seen-768.txt"), seen, overwrite: true);
        Assert.Contains("the 768 entries seen before are unchanged", (await RunAsync("verify", Log, "--seen", seen)).Output, StringComparison.Ordinal);

        // A log that was rolled back to what it was at 768 entries shows its older, well-signed checkpoint.
        File.Copy(Path.Combine(_data, "seen-768.txt"), Path.Combine(Log, "checkpoint"), overwrite: true);
        var (code, output, _) = await RunAsync("verify", Log, "--seen", seen);
        Assert.Equal(1, code);
        Assert.Contains("fewer than the 1000 seen before", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_gives_exit_code_2()
    {
        Assert.Equal(2, (await RunAsync("verify", Path.Combine(_data, "nowhere"))).Code);
        Assert.Equal(2, (await RunAsync("verify", Log, "--vkey", "no key")).Code);
        Assert.Equal(2, (await RunAsync("verify", "--vkey", Vkey, "--receipt", Path.Combine(_data, "nowhere"))).Code);
        Directory.CreateDirectory(Path.Combine(_data, "empty"));
        var (code, output, error) = await RunAsync("verify", Path.Combine(_data, "empty"), "--vkey", Vkey);
        Assert.Equal((2, $"key         {Vkey}\n"), (code, output));
        Assert.Contains("There is no checkpoint", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ledger", "verify")]
    [InlineData("ledger", "verify", "--receipt", "x")]
    [InlineData("ledger", "verify", "x", "--receipt", "x", "--seen", "x")]
    [InlineData("ledger", "verify", "x", "--unknown")]
    [InlineData("ledger")]
    [InlineData("nonsense")]
    public async Task Wrong_usage_of_the_program_gives_exit_code_2(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Assay.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, process.ExitCode);
        Assert.NotEmpty(error);
    }

    internal static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await LedgerCommand.Create().Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static string GoldenRoot => File.ReadAllLines(Path.Combine(Golden, "ledger", "checkpoint"))[2];

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
