using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Cli.Tests;

public sealed class ValidateCommandTests : IDisposable
{
    private const string Purpose = "Practical knowledge for people who keep bees: hives, queens, swarms, honey harvest, feeding and diseases of the colony.";

    private const string Good =
        """
        # Keeping bees

        ## Spring inspection

        Bees visit the flowers of the garden from early spring, and the keeper checks each hive for a laying queen. Frames that are dark are replaced by new foundation. Look for eggs: where there are eggs, there was a queen three days ago.

        ## Swarm control

        A strong colony wants to divide in May. Cut out the queen cells every eight days, or take a split with three frames of brood and let the bees raise a new queen. Add a super in time, since a crowded hive swarms first.
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-validate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_file_gets_one_line_with_the_promised_members_and_nothing_else_is_printed()
    {
        Write("good.md", Good);
        Write("offtopic.txt", "Prices rose faster than wages for the third year, and families spent less on clothes and furniture. The central bank answered with higher interest, which made loans dearer and slowed building. Economists disagree whether the worst is over.");
        Write("garbage.txt", string.Concat(Enumerable.Range(0, 400).Select(i => $"{(uint)i * 2_654_435_761:x} ")));
        Write("empty.md", "");
        Write("picture.png", "x");
        Write("renamed.txt", "%PDF-1.7 and more");

        var (code, output, errors) = await ValidateAsync("good.md", "offtopic.txt", "garbage.txt", "empty.md", "picture.png", "renamed.txt", "--json");

        Assert.Equal((0, ""), (code, errors));
        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(["good.md", "offtopic.txt", "garbage.txt", "empty.md", "picture.png", "renamed.txt"], lines.Select(line => line["file"]!.GetValue<string>()));
        Assert.Equal(["accepted", "review", "rejected", "refused", "refused", "refused"], lines.Select(line => line["decision"]!.GetValue<string>()));
        Assert.All(lines, line =>
        {
            Assert.Equal(["file", "decision", "score", "range", "findings"], line.Select(member => member.Key));
            Assert.InRange(line["score"]!.GetValue<int>(), 0, 1000);
            Assert.Equal(2, line["range"]!.AsArray().Count);
            Assert.NotEmpty(line["findings"]!.AsArray());
            Assert.All(line["findings"]!.AsArray(), finding =>
            {
                Assert.Equal(["rule", "version", "score", "weight", "evidence"], finding!.AsObject().Select(member => member.Key));
                Assert.NotEmpty(finding["evidence"]!.AsArray());
            });
        });
        Assert.Null(lines[0]["findings"]!.AsArray().Single(finding => finding!["rule"]!.GetValue<string>() == "novelty")!["score"]);
        Assert.Equal("gate", lines[3]["findings"]![0]!["rule"]!.GetValue<string>());
        Assert.Equal(0, lines[3]["score"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_file_that_is_not_there_fails_the_run_and_the_others_are_still_judged()
    {
        Write("good.md", Good);

        var (code, output, errors) = await ValidateAsync("missing.md", "good.md", "--json");

        Assert.Equal(2, code);
        Assert.Contains("'missing.md' was not judged", errors, StringComparison.Ordinal);
        Assert.Equal("good.md", JsonDocument.Parse(Assert.Single(output.TrimEnd('\n').Split('\n'))).RootElement.GetProperty("file").GetString());
    }

    [Fact]
    public async Task The_table_writes_the_sum_out_and_says_how_to_fix()
    {
        Write("good.md", Good);
        Write("short.md", "Too short.");

        var (code, output, _) = await ValidateAsync("good.md", "short.md");

        Assert.Equal(0, code);
        Assert.Contains("good.md: accepted, 100.0 of 100 (80.0 to 100.0", output, StringComparison.Ordinal);
        Assert.Contains("/ 80 = 100.0", output, StringComparison.Ordinal);
        Assert.Contains("capped to 49.9 by substance", output, StringComparison.Ordinal);
        Assert.Contains("to fix       substance: Write at least 200 characters", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image", "refused")]
    [InlineData("text", "accepted")]
    public async Task The_kind_decides_what_may_come(string kind, string decision)
    {
        Write("good.md", Good);

        var (code, output, _) = await ValidateAsync("good.md", "--kind", kind, "--json");

        Assert.Equal((0, decision), (code, JsonDocument.Parse(output).RootElement.GetProperty("decision").GetString()));
    }

    [Theory]
    [InlineData("validate", "good.md")]
    [InlineData("validate", "--purpose", "bees")]
    [InlineData("validate", "good.md", "--purpose", " ")]
    [InlineData("validate", "good.md", "--purpose", "bees", "--kind", "smell")]
    public async Task A_wrong_call_ends_with_2_and_leaves_stdout_empty(params string[] arguments)
    {
        Write("good.md", Good);

        var (code, output, errors) = await CliProgram.RunAsync(_folder, arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task A_hostile_document_costs_a_finding_and_not_the_run()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "half.pdf"), "%PDF-1.7 cut"u8.ToArray(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "half.docx"), [0x50, 0x4B, 3, 4, 20, 0], TestContext.Current.CancellationToken);
        Write("good.md", Good);

        var (code, output, _) = await ValidateAsync("half.pdf", "half.docx", "good.md", "--json");

        Assert.Equal(0, code);
        Assert.Equal(["rejected", "rejected", "accepted"], output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!["decision"]!.GetValue<string>()));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private Task<(int Code, string Output, string Errors)> ValidateAsync(params string[] arguments) =>
        CliProgram.RunAsync(_folder, ["validate", .. arguments, "--purpose", Purpose]);
}
