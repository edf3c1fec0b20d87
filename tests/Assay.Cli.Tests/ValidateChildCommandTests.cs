using System.Text.Json;
using Assay.Data.Sandbox;
using Assay.Data.Validation;

namespace Assay.Cli.Tests;

public sealed class ValidateChildCommandTests
{
    [Fact]
    public async Task Input_that_exceeds_the_memory_kills_the_child_and_the_next_file_is_read_by_another()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        var file = Path.Combine(Path.GetTempPath(), $"assay-child-{Guid.NewGuid():N}.md");
        await File.WriteAllTextAsync(file, "A few words about bees.", TestContext.Current.CancellationToken);
        await using var child = new LimitedProcess(ValidateChildCommand.Options() with { Program = CliProgram.Path, Arguments = ["validate-child"] });
        try
        {
            var endless = await AskAsync(child, "/dev/zero");
            var small = await AskAsync(child, file);

            Assert.Contains("out of memory", endless.Failure, StringComparison.Ordinal);
            Assert.Null(small.Failure);
            Assert.NotEmpty(JsonSerializer.Deserialize<ValidationFinding[]>(small.Line!, InspectionJson.Options)!);
            Assert.Equal(2, child.Starts);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<LimitedAnswer> AskAsync(LimitedProcess child, string path) => child.AskAsync(
        JsonSerializer.Serialize(new ValidateChildCommand.Question(path, new ValidationProfile("bees")), InspectionJson.Options),
        TestContext.Current.CancellationToken);
}
