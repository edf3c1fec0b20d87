using System.Globalization;
using Assay.Data.Sandbox;

namespace Assay.Data.Tests.Sandbox;

/// <summary>The parent's half of the sandbox, against children that misbehave in every way a shell can.</summary>
public sealed class LimitedProcessTests
{
    private const string Shell = "/bin/sh";

    public LimitedProcessTests() => Assert.SkipUnless(File.Exists(Shell), "needs /bin/sh");

    [Fact]
    public async Task Questions_are_answered_in_turn_by_one_child()
    {
        await using var child = Child("echo ready; while read -r line; do echo \"heard $line\"; done");

        Assert.Equal("heard one", (await AskAsync(child, "one")).Line);
        Assert.Equal("heard two é", (await AskAsync(child, "two é")).Line);
        Assert.Equal(1, child.Starts);
    }

    [Fact]
    public async Task A_child_that_dies_gives_a_reason_and_the_next_question_starts_another()
    {
        await using var child = Child("echo ready; read -r line; [ \"$line\" = die ] && exit 7; echo fine");

        Assert.Contains("exit code 7", (await AskAsync(child, "die")).Failure, StringComparison.Ordinal);
        Assert.Equal("fine", (await AskAsync(child, "live")).Line);
        Assert.Equal(2, child.Starts);
    }

    [Theory]
    [InlineData("echo Out of memory. >&2; exit 134", "out of memory")]
    [InlineData("echo Stack overflow. >&2; exit 134", "nests too deeply")]
    [InlineData("kill -XCPU $$", "processor time")]
    public async Task The_cause_of_a_death_is_named(string death, string reason)
    {
        await using var child = Child($"echo ready; read -r line; {death}");

        Assert.Contains(reason, (await AskAsync(child, "x")).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_stalls_is_ended_with_its_own_children()
    {
        var marker = Path.Combine(Path.GetTempPath(), $"assay-stall-{Guid.NewGuid():N}");
        await using var child = new LimitedProcess(new LimitedProcessOptions(Shell, ["-c", $"echo ready; read -r line; (sleep 3; touch {marker}) & wait"]) { AnswerTime = TimeSpan.FromMilliseconds(300) });

        Assert.Contains("not read within 0.3 seconds", (await AskAsync(child, "x")).Failure, StringComparison.Ordinal);
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public async Task A_child_that_talks_without_end_is_ended()
    {
        await using var child = new LimitedProcess(new LimitedProcessOptions(Shell, ["-c", "echo ready; read -r line; yes | tr -d '\\n'"]) { AnswerBytes = 100_000 });

        Assert.Contains("died", (await AskAsync(child, "x")).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_say_ready_is_not_asked()
    {
        await using var child = Child("echo hello; read -r line; echo \"heard $line\"");

        Assert.Contains("did not start", (await AskAsync(child, "secret")).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_of_the_parent_does_not_reach_the_child()
    {
        Environment.SetEnvironmentVariable("ASSAY_TEST_SECRET", "42");
        await using var child = Child("echo ready; while read -r line; do eval \"echo $line\"; done");

        Assert.Equal("[]", (await AskAsync(child, "[$ASSAY_TEST_SECRET]")).Line);
        Assert.Equal((512L << 20).ToString("X", CultureInfo.InvariantCulture), (await AskAsync(child, "$DOTNET_GCHeapHardLimit")).Line);
    }

    [Fact]
    public async Task Cancelling_ends_the_child()
    {
        await using var child = Child("echo ready; read -r line; sleep 30");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child.AskAsync("x", cancel.Token));
    }

    [Fact]
    public async Task A_question_of_two_lines_is_a_mistake_of_the_caller()
    {
        await using var child = Child("echo ready");

        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(child, "one\ntwo"));
    }

    [Fact]
    public void Limits_are_in_force_after_they_are_set()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");

        // Far above what the tests need: a process cannot take its limits back.
        Assert.True(ProcessLimits.Apply(memoryBytes: 1L << 40, fileBytes: 1L << 41));
        Assert.True(ProcessLimits.AllowProcessorTime(TimeSpan.FromHours(10)));

        var limits = File.ReadAllLines("/proc/self/limits");
        Assert.Equal(1L << 40, Value("Max data size"));
        Assert.Equal(1L << 41, Value("Max file size"));
        Assert.Equal(0, Value("Max core file size"));
        Assert.InRange(Value("Max cpu time"), 36_000, 40_000);
        Assert.Equal("1000", File.ReadAllText("/proc/self/oom_score_adj").Trim());

        long Value(string name) => long.Parse(limits.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    private static LimitedProcess Child(string script) => new(new LimitedProcessOptions(Shell, ["-c", script]));

    private static Task<LimitedAnswer> AskAsync(LimitedProcess child, string question) => child.AskAsync(question, TestContext.Current.CancellationToken);
}
