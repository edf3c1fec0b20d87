using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Assay.Testing;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

/// <summary>The golden path on other machines than the developer's: every committed golden, as a program of its own.</summary>
public sealed class GoldenPathTests
{
    private static readonly string Shipped = Path.Combine(Repository.Root, "tests", "goldens");
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Assay.Worker");

    [Fact]
    public void Without_512_bit_vectors()
    {
        Assert.SkipUnless(Avx2.IsSupported, "this processor has no AVX2 to fall back to");
        Dictionary<string, string> environment = new() { ["DOTNET_EnableAVX512"] = "0", ["ONEDNN_MAX_CPU_ISA"] = "AVX2", ["ATEN_CPU_CAPABILITY"] = "avx2" };

        Assert.Contains("256-bit vectors", Run([Program, "selftest"], environment), StringComparison.Ordinal);
        AllPass([Program, "conformance", Shipped], environment);
    }

    [Fact]
    public void On_one_core()
    {
        string[] pinned = File.Exists("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", "0"] : [];
        Dictionary<string, string> environment = new() { ["DOTNET_PROCESSOR_COUNT"] = "1", ["OMP_NUM_THREADS"] = "1" };

        Assert.Contains("1 threads,", Run([.. pinned, Program, "selftest"], environment), StringComparison.Ordinal);
        AllPass([.. pinned, Program, "conformance", Shipped], environment);
    }

    [Fact]
    public void In_a_turkish_locale()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            Assert.SkipUnless(CultureInfo.CurrentCulture.TextInfo.ToUpper('i') == 'İ', "this system has no culture data");

            // The library inside another program: that program's culture, not the worker's own choice.
            var output = new StringWriter();
            int code = new ConformanceRun(Shipped, null, "", output, TextWriter.Null).Run();

            Assert.DoesNotContain(output.ToString().Split(Environment.NewLine), line => line.StartsWith("FAIL", StringComparison.Ordinal));
            Assert.Equal(0, code);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        AllPass([Program, "conformance", Shipped], new() { ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8" });
    }

    [Fact]
    public void As_a_user_without_rights()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "users are changed with setpriv, which is a Linux program");
        string[] other = [];
        if (Environment.IsPrivilegedProcess)
        {
            Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv is not on this machine");
            other = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
            using var reach = Start([.. other, "/bin/sh", "-c", $"test -x '{Program}' && test -r '{Shipped}/README.md'"], []);
            reach.StandardOutput.ReadToEnd();
            reach.WaitForExit();
            Assert.SkipUnless(reach.ExitCode == 0, "another user cannot read this checkout");
        }

        string home = Directory.CreateTempSubdirectory("assay-home-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(home, (UnixFileMode)0b111_111_111);
        }

        try
        {
            AllPass([.. other, Program, "conformance", Shipped], new() { ["HOME"] = home, ["TMPDIR"] = home });
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void From_a_path_with_blanks()
    {
        string folder = Directory.CreateTempSubdirectory("assay path with blanks ü ").FullName;
        try
        {
            foreach (string file in new[] { "models/llama3", "peft", "nf4", "stories260K" }.SelectMany(name => Directory.EnumerateFiles(Path.Combine(Shipped, name), "*", SearchOption.AllDirectories)))
            {
                string target = Path.Combine(folder, Path.GetRelativePath(Shipped, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            AllPass([Program, "conformance", folder], []);
            AllPass([Copied(folder), "conformance", folder, "--only", "models/llama3"], []);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The program itself below a path with blanks; its large libraries stay where they are, behind links.
    private static string Copied(string folder)
    {
        string target = Path.Combine(folder, "program files");
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            string copy = Path.Combine(target, Path.GetFileName(file));
            if (new FileInfo(file).Length < 5_000_000)
            {
                File.Copy(file, copy);
            }
            else
            {
                File.CreateSymbolicLink(copy, file);
            }
        }

        foreach (string part in Directory.EnumerateDirectories(AppContext.BaseDirectory))
        {
            Directory.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(part)), part);
        }

        return Path.Combine(target, "Assay.Worker");
    }

    private static void AllPass(string[] command, Dictionary<string, string> environment)
    {
        string[] lines = Run(command, environment).TrimEnd().Split('\n');
        Assert.Matches("^[1-9][0-9]+ passed, 0 failed$", lines[^1]);
    }

    private static string Run(string[] command, Dictionary<string, string> environment)
    {
        using var process = Start(command, environment);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}:\n{string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("PASS", StringComparison.Ordinal)))}{errors.GetAwaiter().GetResult()}");
        return output;
    }

    private static Process Start(string[] command, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
