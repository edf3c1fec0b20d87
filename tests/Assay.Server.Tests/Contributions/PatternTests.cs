using System.Text;
using System.Text.Json;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.Validation;
using Assay.Data.Validation.Texts;
using Assay.Server.Contributions;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Runs;
using Assay.Server.Shared.Blobs;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Tests.Contributions;

/// <summary>The operator's patterns of personal data, from the options to decisions that can be made again.</summary>
public sealed class PatternTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_decision_runs_again_to_the_same_score_after_the_operator_changed_the_patterns()
    {
        await using var server = await AssayServer.StartAsync(null, "Pii:Patterns:0:Name=BERTH_CODE", @"Pii:Patterns:0:Pattern=\bBC-\d{5}\b", "Pii:Patterns:0:UnderMask=reject",
            "Pii:Patterns:1:Name=CREW", @"Pii:Patterns:1:Pattern=crew-[0-9]{3}", "Pii:Patterns:1:IgnoreCase=true");
        var person = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        var good = Encoding.UTF8.GetString(Texts.Sample("careful/01-tide-gauge.md"));
        var (rejected, kept) = (await SendAsync("a.md", good + "\nBerthed as BC-12345.\n"), await SendAsync("b.md", good.Replace("gauge", "buoy", StringComparison.Ordinal) + "\nTold by Crew-042.\n"));
        var before = Assert.Single((await person.GetAsync<Page<PatternSetView>>("/api/v1/rules/patterns")).Items);
        Assert.Equal((true, "BERTH_CODE,CREW"), (before.InForce, string.Join(',', before.Patterns.Select(pattern => pattern.Name))));
        Assert.Contains("BERTH_CODE", await PageAsync(server), StringComparison.Ordinal);
        Assert.Equal(("rejected", "accepted"), (rejected.State, kept.State));
        Assert.DoesNotContain("BC-12345", JsonSerializer.Serialize(rejected), StringComparison.Ordinal);
        var rules = await RulesAsync(server);

        server.Set("Pii:Patterns:0:Name=CREW", "Pii:Patterns:0:Pattern=nothing-like-it", "Pii:Patterns:0:UnderMask=count", "Pii:Patterns:1:Name=NEW", "Pii:Patterns:1:Pattern=harbour", "Pii:Patterns:1:IgnoreCase=false");
        await server.RestartAsync();
        var again = person with { Http = server.Client(person.Key) };
        var sets = (await again.GetAsync<Page<PatternSetView>>("/api/v1/rules/patterns")).Items;
        Assert.Equal([true, false], sets.Select(set => set.InForce));
        Assert.Equal(before.Hash, sets[1].Hash);
        Assert.NotEqual(rules, await RulesAsync(server));
        Assert.DoesNotContain("BERTH_CODE", await PageAsync(server), StringComparison.Ordinal);

        await using var db = server.Read();
        var row = await db.Datanets.AsNoTracking().FirstAsync(other => other.Id == datanet.Id, Cancel);
        foreach (var file in await db.Contributions.AsNoTracking().Where(other => other.DatanetId == datanet.Id).ToListAsync(Cancel))
        {
            var stored = JsonSerializer.Deserialize<StoredReport>(file.Report!, InspectionJson.Options)!;
            Assert.Equal(before.Hash, stored.Patterns);
            var then = await InspectAsync(file, row, server.Get<PatternSets>().Of(stored.Patterns));
            var now = await InspectAsync(file, row, server.Get<PatternSets>().InForce);
            string[] index = ["novelty", "derived", "plagiarism", "contamination"];
            var report = ValidationReport.Decide(then.Findings, new ValidationPolicy { Accept = row.Accept }, [.. stored.Report.Findings.Where(finding => index.Contains(finding.Rule))]);

            Assert.Equal((file.Score, stored.Report.Decision), (report.Score.Score, report.Decision));
            Assert.Equal(stored.Report.Findings.Select(finding => (finding.Rule, finding.Version, finding.Score)), report.Findings.Select(finding => (finding.Rule, finding.Version, finding.Score)));
            Assert.NotEqual(Pii(then).Evidence, Pii(now).Evidence);
        }

        // Records render as they did when they were decided: a run of before reads the same text again.
        var record = await db.Records.AsNoTracking().FirstAsync(other => other.ContributionId == kept.Id && other.Text.Contains("Crew-042"), Cancel);
        var text = string.Concat(server.Get<RenderedText>().Of(record).Select(turn => turn.Content));
        Assert.Contains("Told by [CREW].", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[NEW]", text, StringComparison.Ordinal);

        async Task<ContributionView> SendAsync(string name, string content)
        {
            var sent = await person.ContributeAsync(datanet.Id, name, Encoding.UTF8.GetBytes(content));
            await server.ValidateAsync();
            return await person.ContributionAsync(sent.Id);
        }

        async Task<Inspection> InspectAsync(ContributionRow file, Assay.Server.Datanets.DatanetRow of, PiiPatternSet patterns)
        {
            await using var blob = server.Get<BlobStore>().OpenRead(file.Sha256);
            using var content = new MemoryStream();
            await blob.CopyToAsync(content, Cancel);
            return ValidationPipeline.Inspect(content.ToArray(), new InspectionRequest($"file.{file.Type}", ValidationJobs.ProfileOf(of, patterns.Patterns))
            {
                Context = new ContributionContext(file.Source ?? "", file.Licence, file.IntendedUse ?? "", file.Note ?? ""),
            }, Cancel);
        }
    }

    [Fact]
    public async Task An_inspection_with_patterns_that_were_never_in_force_decides_nothing()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        await person.ContributeAsync(datanet.Id, "a.md", Texts.Sample("careful/01-tide-gauge.md"));
        using var worker = server.Worker("strange");
        var lease = (await worker.NextAsync("validate", Cancel))!;
        var inspection = JsonSerializer.Deserialize<Inspection>(await Assay.Server.Tests.Validation.InspectAsync(worker, lease), InspectionJson.Options)!;

        Assert.False(await worker.InspectedAsync(lease, JsonSerializer.SerializeToUtf8Bytes(inspection with { PatternSet = new string('0', 64) }, InspectionJson.Options), Cancel));
        Assert.True(await worker.InspectedAsync(lease, JsonSerializer.SerializeToUtf8Bytes(inspection, InspectionJson.Options), Cancel));
    }

    [Theory]
    [InlineData("(?<=a)b", "Count", "non-backtracking engine cannot run it")]
    [InlineData("(a", "Count", "no regular expression")]
    [InlineData("abc", "Explode", "Write Count (one hit more) or Reject")]
    public async Task A_pattern_that_cannot_be_used_stops_the_start(string pattern, string effect, string expected)
    {
        var problem = await Assert.ThrowsAsync<OptionsValidationException>(() => AssayServer.StartAsync(null, "Pii:Patterns:0:Name=BERTH", $"Pii:Patterns:0:Pattern={pattern}", $"Pii:Patterns:0:UnderMask={effect}"));

        Assert.Contains("'BERTH'", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    private static ValidationFinding Pii(Inspection inspection) => inspection.Findings.Single(finding => finding.Rule == "pii");

    private static async Task<string> PageAsync(AssayServer server) => await server.Anonymous.GetStringAsync(new Uri("/rules", UriKind.Relative), Cancel);

    private static async Task<string> RulesAsync(AssayServer server)
    {
        await using var db = server.Read();
        return (await LedgerSetup.LatestAsync(db, Assay.Ledger.Entries.PolicyEntry.Rules, Cancel))!.Value.Policy.Sha256;
    }
}
