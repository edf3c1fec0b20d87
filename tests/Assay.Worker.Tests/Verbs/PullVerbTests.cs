using Assay.Worker.Tests.Hub;
using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Verbs;

public sealed class PullVerbTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"assay-verb-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task It_says_what_was_fetched_and_that_a_second_run_only_checks()
    {
        await using var hub = new FakeHub();
        var (output, errors) = (new StringWriter(), new StringWriter());

        Assert.Equal(0, await PullVerb.RunAsync(hub.Options, (hub.Model, "main", folder, false), (output, errors), TestContext.Current.CancellationToken));
        Assert.Equal(0, await PullVerb.RunAsync(hub.Options, (hub.Model, "main", folder, false), (output, errors), TestContext.Current.CancellationToken));

        Assert.Equal(
            $"acme/tiny at commit {FakeHub.Commit}: 4 files, 0.3 MiB, 4 fetched; in {folder}\n"
            + $"acme/tiny at commit {FakeHub.Commit}: 4 files, 0.3 MiB, checked without the network, all as pulled; in {folder}\n", output.ToString());
        Assert.Contains("model.safetensors 0.3 of 0.3 MiB, 100 %\n", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_is_no_failure()
    {
        await using var hub = new FakeHub();
        using var stop = new CancellationTokenSource();
        hub.Override("model.safetensors", request =>
        {
            stop.Cancel();
            return hub.Serve("model.safetensors", request) with { StallAfter = 10 };
        });
        var errors = new StringWriter();

        Assert.Equal(130, await PullVerb.RunAsync(hub.Options with { StallTimeout = TimeSpan.FromMinutes(1) }, (hub.Model, "main", folder, false), (TextWriter.Null, errors), stop.Token));

        Assert.EndsWith("Stopped. The same command continues.\n", errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("a/b", "--host", "huggingface")]
    [InlineData("a/b", "--revision", "a b")]
    public async Task Wrong_arguments_are_named(params string[] arguments) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PullVerb.Create().Parse(arguments)
            .InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_token_is_one_visible_line()
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "token");
        File.WriteAllText(file, "two\nlines");

        var error = await Assert.ThrowsAsync<ArgumentException>(() => PullVerb.Create().Parse(["a/b", "--token-file", file])
            .InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("two", error.Message, StringComparison.Ordinal);
    }
}
