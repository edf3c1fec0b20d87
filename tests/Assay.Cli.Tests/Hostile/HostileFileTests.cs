using System.Diagnostics;
using System.Text.Json;
using Assay.Data.FileTypes;
using Assay.Data.Sandbox;
using Assay.Data.Validation;

namespace Assay.Cli.Tests.Hostile;

/// <summary>Every hostile file goes the way that a contributor's goes: the gate in this process, then the real limited child. Nothing crashes here, nothing is left behind, and each finding names what is wrong.</summary>
[Collection(nameof(Alone))]
public sealed class HostileFileTests(ITestOutputHelper output) : IDisposable
{
    private const string Purpose = "Texts about bees and hives, pictures of boats in harbours, and recordings of gulls and ships for people who learn their names.";
    private const long MemoryBound = 192L << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_hostile_file_is_refused_or_rejected_with_the_right_finding_and_nothing_is_left_behind()
    {
        HostileFile[] files = [.. HostilePictures.All(), .. HostileSounds.All(), .. HostileTexts.All()];
        Assert.True(files.Length >= 150);
        Assert.All(files, file => Assert.Equal(file.Rule.Length == 0, file.Says.Length == 0));
        Assert.Equal(files.Length, files.Select(file => (file.What, file.FileName)).Distinct().Count());
        Assert.Equal(16, FileTypes.All.SelectMany(type => type.Extensions).Intersect(files.Select(file => FileTypes.Extension(file.FileName))).Count());
        var (files0, scratch) = (Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName, Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName);
        var temporary = Environment.GetEnvironmentVariable("TMPDIR");
        Environment.SetEnvironmentVariable("TMPDIR", scratch);
        try
        {
            await using var child = new LimitedProcess(ValidateChildCommand.Options() with { Program = CliProgram.Path, Arguments = ["validate-child"], AnswerTime = TimeSpan.FromSeconds(120) });
            var before = Memory();
            var wrong = new List<string>();
            foreach (var file in files)
            {
                if (Judge(file, await FindingsAsync(file, files0, child)) is { } problem)
                {
                    wrong.Add(problem);
                }
            }

            output.WriteLine($"{files.Length} files; the child was started {child.Starts} times.");
            Assert.True(wrong.Count == 0, string.Join("\n", wrong));
            var grown = Memory() - before;
            Assert.True(grown < MemoryBound, $"This process grew by {grown >> 20} MiB.");
        }
        finally
        {
            Environment.SetEnvironmentVariable("TMPDIR", temporary);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
        Assert.Empty(Directory.EnumerateFileSystemEntries(files0));
    }

    /// <summary>What the gate or the child finds.</summary>
    private static async Task<IReadOnlyList<ValidationFinding>> FindingsAsync(HostileFile file, string folder, LimitedProcess child)
    {
        var cancel = TestContext.Current.CancellationToken;
        var head = file.Content.AsMemory(0, Math.Min(file.Content.Length, FileTypes.HeadLength));
        if (FileGate.Check(new GateQuestion(file.FileName, file.Content.Length, head, null)) is { } refusal)
        {
            return [refusal.ToFinding()];
        }

        var path = Path.Combine(folder, "file" + FileTypes.Extension(file.FileName));
        await File.WriteAllBytesAsync(path, file.Content, cancel);
        var answer = await child.AskAsync(JsonSerializer.Serialize(new ValidateChildCommand.Question(path, new ValidationProfile(Purpose)), InspectionJson.Options), cancel);
        File.Delete(path);
        return answer.Line is { } line
            ? JsonSerializer.Deserialize<ValidationFinding[]>(line, InspectionJson.Options)!
            : ValidationPipeline.Unsafe(file.Content, path, answer.Failure!).Findings;
    }

    /// <summary>What differs from what must become of the file; null when nothing does.</summary>
    private static string? Judge(HostileFile file, IReadOnlyList<ValidationFinding> findings)
    {
        string[] fatal = ["gate", "format", "integrity", "structure"];
        var failed = findings.FirstOrDefault(finding => finding.Score == 0 && fatal.Contains(finding.Rule));
        var said = failed is null ? "" : string.Join(' ', failed.Evidence.Select(evidence => evidence.Text));
        var right = (failed?.Rule ?? "") == file.Rule && said.Contains(file.Says, StringComparison.Ordinal)
            && (file.Rule.Length == 0 || file.Rule == "gate" || ValidationReport.Decide(findings, ValidationPolicy.Default).Decision == ContributionDecision.Rejected);
        return right ? null : $"{file.FileName} ({file.What}): expected '{file.Rule}' with '{file.Says}', found '{failed?.Rule}': {said}";
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
