using System.Text;
using System.Text.Json;
using Assay.Data.Tests.FileTypes;
using Assay.Data.Validation;

namespace Assay.Data.Tests.Validation;

public sealed class ValidationPipelineTests
{
    private static readonly ValidationProfile Beekeeping = new("Practical knowledge for people who keep bees: hives, queens, swarms, honey harvest, feeding and diseases of the colony.") { Languages = ["en"] };

    private static readonly string Good = string.Join("\n\n", [
        "# Keeping bees",
        "## Spring inspection",
        TestFiles.Paragraph + " Frames that are dark and old are replaced by new foundation. Look for eggs: where there are eggs there was a queen three days ago.",
        "## Swarm control",
        "A strong colony wants to divide in May. Cut out the queen cells every eight days, or take a split with three frames of brood and let the bees raise a new queen. Add a super in time, since a crowded hive swarms first.",
        "## Harvest",
        "Honey is ripe when two thirds of the cells are capped. Clear the bees from the super with a bee escape, uncap the combs and spin them slowly. Leave the colony enough stores, or feed it with syrup before September is over.",
    ]);

    [Theory]
    [InlineData("good.md")]
    [InlineData("good.txt")]
    [InlineData("good.docx")]
    [InlineData("good.pdf")]
    public void A_good_text_is_accepted_in_every_type(string name)
    {
        var inspection = Inspect(name, Make(name, Good));
        var report = ValidationReport.Decide(inspection.Findings, ValidationPolicy.Default);

        Assert.True(report.Decision == ContributionDecision.Accepted, JsonSerializer.Serialize(report, InspectionJson.Options));
        Assert.NotEmpty(inspection.Reading.Records);
        Assert.Equal(inspection.Reading.Records.Count, inspection.Signatures.Count);
        Assert.Equal(name.EndsWith(".md", StringComparison.Ordinal) || name.EndsWith(".txt", StringComparison.Ordinal), inspection.Extraction is null);
    }

    [Fact]
    public void The_same_bytes_give_the_same_inspection_and_it_survives_the_wire()
    {
        var request = new InspectionRequest("good.md", Beekeeping) { Salt = new byte[32], Context = new("written by me", "CC-BY-4.0", "teaching a model", "covers a whole year") };
        var first = ValidationPipeline.Inspect(Encoding.UTF8.GetBytes(Good), request, TestContext.Current.CancellationToken);
        var second = ValidationPipeline.Inspect(Encoding.UTF8.GetBytes(Good), request, TestContext.Current.CancellationToken);

        var wire = JsonSerializer.Serialize(first, InspectionJson.Options);
        Assert.Equal(wire, JsonSerializer.Serialize(second, InspectionJson.Options));
        Assert.Equal(wire, JsonSerializer.Serialize(JsonSerializer.Deserialize<Inspection>(wire, InspectionJson.Options), InspectionJson.Options));
        Assert.NotEmpty(first.UnitLeaves);
        Assert.Contains("\"on_zero\":\"reject\"", wire, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut.docx")]
    [InlineData("cut.pdf")]
    public void A_truncated_document_is_rejected_with_a_reason(string name)
    {
        var whole = Make(name, Good);
        var inspection = Inspect(name, whole[..(whole.Length / 2)]);
        var report = ValidationReport.Decide(inspection.Findings, ValidationPolicy.Default);

        Assert.Equal(ContributionDecision.Rejected, report.Decision);
        Assert.Equal(0, report.Score.Score);
        Assert.Contains("cut off", inspection.Findings[0].Evidence[0].Text, StringComparison.Ordinal);
    }

    internal static Inspection Inspect(string name, byte[] content, ValidationProfile? profile = null) =>
        ValidationPipeline.Inspect(content, new InspectionRequest(name, profile ?? Beekeeping), TestContext.Current.CancellationToken);

    internal static byte[] Make(string name, string text) => Path.GetExtension(name) switch
    {
        ".docx" => TestFiles.Docx([.. text.Split("\n\n")]),
        ".pdf" => TestFiles.Pdf(text),
        _ => Encoding.UTF8.GetBytes(text),
    };
}
