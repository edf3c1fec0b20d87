using Assay.Data.Formats;
using Assay.Models.Families;
using Assay.Testing;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

/// <summary>Holds every family to what its badge says.</summary>
public sealed class FamilyBadgeTests
{
    public static TheoryData<string, string> Claims { get; } =
        [.. ModelFamily.All.SelectMany(family => family.Badge.Goldens.Select(golden => (family.ModelType, golden)))];

    [Theory]
    [MemberData(nameof(Claims))]
    public void A_family_passes_the_goldens_its_badge_names(string type, string golden)
    {
        string folder = Goldens.Require($"models/{golden}");
        using var output = new StringWriter();
        using var details = new StringWriter();

        new ConformanceRun(Path.GetDirectoryName(Path.GetDirectoryName(folder)!)!, null, $"models/{golden}", output, details) { Paths = ["reference"] }.Run();

        string[] lines = [.. output.ToString().Split(Environment.NewLine).Where(line => line.Contains($" models/{golden} ", StringComparison.Ordinal))];
        Assert.Equal("", details.ToString());
        Assert.InRange(lines.Length, 8, int.MaxValue);
        Assert.All(lines, line => Assert.StartsWith("PASS ", line, StringComparison.Ordinal));
        Assert.Equal(type, HfModelConfig.Load(folder).ModelType);
    }

    [Fact]
    public void Only_one_published_checkpoint_is_claimed_to_have_been_run() =>
        Assert.Equal([("llama", "stories260K")], ModelFamily.All.Where(family => family.Badge.Published is not null).Select(family => (family.ModelType, family.Badge.Published)));

    [Fact]
    public void The_design_notes_list_every_badge()
    {
        string notes = File.ReadAllText(Path.Combine(Repository.Root, "docs", "design", "engine.md"));

        Assert.All(ModelFamily.All, family => Assert.Contains($"| `{family.ModelType}` | {family.Badge.Conformance} | {family.Badge.PublishedCheckpoint} |", notes, StringComparison.Ordinal));
    }
}
