using System.Text.Json;
using Assay.Data.Validation;

namespace Assay.Cli.Tests;

public sealed class RulesOptionTests
{
    [Fact]
    public async Task The_rules_are_printed_with_versions_and_weights()
    {
        var (code, output, _) = await CliProgram.RunAsync(AppContext.BaseDirectory, "validate", "--rules");
        var (_, line, _) = await CliProgram.RunAsync(AppContext.BaseDirectory, "validate", "--rules", "--json");
        using var json = JsonDocument.Parse(line);

        Assert.Equal(0, code);
        Assert.All(ValidationRules.All, rule => Assert.Contains($"  {rule.Id} ", output, StringComparison.Ordinal));
        Assert.Equal(100, json.RootElement.GetProperty("text").EnumerateArray().Sum(rule => rule.GetProperty("weight").GetInt32()));
    }
}
