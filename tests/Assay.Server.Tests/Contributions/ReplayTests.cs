using System.Text.Json;
using Assay.Data.Validation;
using Assay.Server.Contributions;
using Assay.Server.Shared.Blobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

/// <summary>A stored decision can be made again by anyone: from its findings, and from the bytes.</summary>
public sealed class ReplayTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static readonly string[] FromTheIndex = ["novelty", "derived", "plagiarism", "contamination"];

    [Fact]
    public async Task Every_stored_decision_runs_again_to_the_same_score()
    {
        var cancel = TestContext.Current.CancellationToken;
        var person = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        foreach (var sample in (string[])["careful/01-tide-gauge.md", "careful/13-pilot-schedule.docx", "prolific/10-recipe.md", "prolific/11-garbage.txt", "prolific/16-secret.md", "prolific/19-windows-line-ends.md"])
        {
            await person.ContributeAsync(datanet.Id, sample, Texts.Sample(sample));
        }

        await person.ContributeAsync(datanet.Id, "talks.jsonl", Texts.Conversations("hawser"));
        await server.ValidateAsync();
        await using var db = server.Read();
        var row = await db.Datanets.AsNoTracking().FirstAsync(other => other.Id == datanet.Id, cancel);
        var decided = await db.Contributions.AsNoTracking().Where(other => other.DatanetId == datanet.Id).ToListAsync(cancel);

        Assert.Equal(7, decided.Count);
        foreach (var file in decided)
        {
            var stored = JsonSerializer.Deserialize<StoredReport>(file.Report!, InspectionJson.Options)!.Report;
            var policy = new ValidationPolicy { Accept = row.Accept };
            Assert.Equal(file.Score, ValidationScore.Combine(stored.Findings, policy).Score);

            await using var blob = server.Get<BlobStore>().OpenRead(file.Sha256);
            using var content = new MemoryStream();
            await blob.CopyToAsync(content, cancel);
            var again = ValidationPipeline.Inspect(content.ToArray(), new InspectionRequest($"file.{file.Type}", ValidationJobs.ProfileOf(row, []))
            {
                Context = new ContributionContext(file.Source ?? "", file.Licence, file.IntendedUse ?? "", file.Note ?? ""),
            }, cancel);
            var report = ValidationReport.Decide(again.Findings, policy, [.. stored.Findings.Where(finding => FromTheIndex.Contains(finding.Rule))]);

            Assert.Equal((file.Score, stored.Decision), (report.Score.Score, report.Decision));
            Assert.Equal(stored.Findings.Select(finding => (finding.Rule, finding.Version, finding.Score)), report.Findings.Select(finding => (finding.Rule, finding.Version, finding.Score)));
        }
    }

    [Fact]
    public async Task The_rules_are_public()
    {
        using var answer = await server.Anonymous.GetAsync(new Uri("/api/v1/rules", UriKind.Relative), TestContext.Current.CancellationToken);
        using var page = await server.Anonymous.GetAsync(new Uri("/rules", UriKind.Relative), TestContext.Current.CancellationToken);

        var json = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.All(ValidationRules.All, rule => Assert.Contains($"\"{rule.Id}\"", json, StringComparison.Ordinal));
        Assert.Contains("contamination", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
