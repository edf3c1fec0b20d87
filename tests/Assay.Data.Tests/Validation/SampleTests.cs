using System.Text.Json;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Testing;

namespace Assay.Data.Tests.Validation;

/// <summary>The committed sample datanet, sent file by file: every decision is the one its list announces, for the reason it gives.</summary>
public sealed class SampleTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "samples", "text");

    private sealed record Expectation(string File, string Expected, string? Why);

    private sealed record Datanet(string Purpose, string Description, string[] Tags, string[] Languages);

    [Fact]
    public void Each_sample_is_decided_as_its_list_says()
    {
        var profile = ReadProfile();
        var hashes = new HashSet<string>();
        var texts = new Dictionary<string, string>();
        var records = new List<(string File, ContentSignature Signature, DataRecord Record)>();
        var expectations = Read<Expectation[]>("expected.json");
        foreach (var expectation in expectations)
        {
            var content = File.ReadAllBytes(Path.Combine(Folder, expectation.File));
            var refusal = FileGate.Check(new GateQuestion(expectation.File, content.Length, content, DatanetKind.Text));
            if (refusal is not null)
            {
                Assert.Equal(("refused", expectation.Why), (expectation.Expected, JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.Reason.ToString())));
                continue;
            }

            var inspection = ValidationPipeline.Inspect(content, new InspectionRequest(expectation.File, profile), TestContext.Current.CancellationToken);
            if (!hashes.Add(inspection.Sha256))
            {
                Assert.Equal(("refused", "duplicate"), (expectation.Expected, expectation.Why));
                continue;
            }

            var novelty = texts.TryGetValue(inspection.NormalisedSha256, out var earlier) ? NoveltyRule.SameText(earlier) : NoveltyRule.Score(Neighbours(inspection, records));
            var report = ValidationReport.Decide(inspection.Findings, ValidationPolicy.Default, novelty);

            Assert.True(report.Decision.ToString().Equals(expectation.Expected, StringComparison.OrdinalIgnoreCase), $"{expectation.File}: {report.Decision} at {report.Score.Score} by {string.Join(", ", report.Score.CappedBy)}");
            Assert.True(expectation.Why is null || report.Findings.Any(finding => finding.Rule == expectation.Why && finding.Score < 1000), $"{expectation.File}: no finding of {expectation.Why}");
            if (inspection.NormalisedSha256.Length > 0)
            {
                texts.TryAdd(inspection.NormalisedSha256, expectation.File);
                records.AddRange(inspection.Reading.Records.Zip(inspection.Signatures, (record, signature) => (expectation.File, signature, record)));
            }
        }

        Assert.InRange(expectations.Length, 30, 100);
    }

    /// <summary>What the server's index does: candidates share a band, the exact comparison decides.</summary>
    private static List<RecordNeighbour> Neighbours(Inspection inspection, List<(string File, ContentSignature Signature, DataRecord Record)> earlier) =>
        [.. inspection.Reading.Records.Zip(inspection.Signatures, (record, signature) => earlier
            .Where(other => other.Signature.Bands.Zip(signature.Bands).Any(band => band.First == band.Second))
            .Select(other => new RecordNeighbour(record.Index, signature.Length, ContentSignature.Compare(record.JoinedText(), other.Record.JoinedText()), $"{other.File}, record {other.Record.Index + 1}"))
            .OrderByDescending(neighbour => neighbour.Resemblance.Jaccard())
            .FirstOrDefault() ?? new RecordNeighbour(record.Index, signature.Length, Resemblance.None))];

    private static ValidationProfile ReadProfile()
    {
        var datanet = Read<Datanet>("datanet.json");
        return new ValidationProfile(datanet.Purpose)
        {
            Description = datanet.Description,
            Tags = datanet.Tags,
            Languages = datanet.Languages,
            Exemplars = [.. Directory.GetFiles(Path.Combine(Folder, "exemplars")).Order(StringComparer.Ordinal).Select(File.ReadAllText)],
        };
    }

    private static T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(Folder, name)), InspectionJson.Options)!;
}
