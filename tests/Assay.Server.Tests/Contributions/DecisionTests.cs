using System.Net;
using Assay.Client.Leases;
using Assay.Ledger.Entries;
using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

public sealed class DecisionTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("careful/01-tide-gauge.md", "accepted", null)]
    [InlineData("careful/13-pilot-schedule.docx", "accepted", null)]
    [InlineData("prolific/10-recipe.md", "review", "relevance")]
    [InlineData("prolific/11-garbage.txt", "rejected", "substance")]
    [InlineData("prolific/13-truncated.docx", "rejected", "format")]
    public async Task Each_file_is_decided_with_the_findings_that_decided_it(string sample, string state, string? why)
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        var id = (await person.ContributeAsync(datanet.Id, sample, [.. Texts.Sample(sample)])).Id;

        await server.ValidateAsync();

        var view = await Eventually.GetAsync(async () => await person.ContributionAsync(id) is { VerdictIndex: not null } now ? now : null);
        Assert.Equal(state, view.State);
        Assert.Null(view.QueuePosition);
        Assert.NotNull(view.DecidedAt);
        Assert.Equal(Math.Min(view.Sum!.Total / view.Sum.Weight, view.Sum.Cap ?? 1000), (long)view.Score!);
        Assert.All(view.Findings, finding => Assert.NotEmpty(finding.Evidence));
        if (why is not null)
        {
            var finding = Assert.Single(view.Findings, finding => finding.Rule == why);
            Assert.True(finding.Score < 1000);
            Assert.NotEmpty(finding.Fix!);
        }

        await server.WithdrawAsync(id);
    }

    [Fact]
    public async Task A_near_copy_is_rejected_for_novelty_and_the_neighbour_is_named()
    {
        var person = await server.JoinAsync();
        var copier = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        var original = await person.ContributeAsync(datanet.Id, "buoy.md", Texts.Sample("careful/02-buoy.md"));
        await server.ValidateAsync();
        var copy = await copier.ContributeAsync(datanet.Id, "mine.md", Texts.Sample("prolific/09-near-copy.md"));
        await server.ValidateAsync();

        var view = await copier.ContributionAsync(copy.Id);

        Assert.Equal("rejected", view.State);
        var novelty = Assert.Single(view.Findings, finding => finding.Rule == "novelty");
        Assert.Equal(0, novelty.Score);
        Assert.Equal(original.Id, novelty.RelatedContribution);
        Assert.Contains("buoy.md", novelty.Evidence, StringComparison.Ordinal);
        await server.WithdrawAsync(original.Id, copy.Id);
    }

    [Fact]
    public async Task A_text_that_differs_in_case_and_blanks_only_has_no_novelty_and_a_rejected_text_blocks_no_repair()
    {
        var person = await server.JoinAsync();
        var copier = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        var text = System.Text.Encoding.UTF8.GetString(Texts.Sample("careful/06-units.md"));
        var original = await person.ContributeAsync(datanet.Id, "units.md", System.Text.Encoding.UTF8.GetBytes(text));
        await server.ValidateAsync();
        var shouted = await copier.ContributeAsync(datanet.Id, "shouted.md", System.Text.Encoding.UTF8.GetBytes(text.Replace("\n", "\n\n", StringComparison.Ordinal).ToUpperInvariant()));
        await server.ValidateAsync();

        var view = await copier.ContributionAsync(shouted.Id);

        Assert.Equal("rejected", view.State);
        Assert.Equal(original.Id, Assert.Single(view.Findings, finding => finding.Rule == "novelty" && finding.Score == 0).RelatedContribution);
        await using var db = server.Read();
        Assert.False(await db.Bands.AnyAsync(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == shouted.Id), Cancel));
        await server.WithdrawAsync(original.Id, shouted.Id);
    }

    [Fact]
    public async Task A_parser_that_dies_three_times_decides_that_the_file_could_not_be_read_safely()
    {
        var person = await server.JoinAsync();
        var id = (await person.ContributeAsync((await person.OpenAsync()).Id, "bomb.md", Texts.Unique(500))).Id;
        var jobs = server.Get<JobQueue>();
        for (var attempt = 1; attempt <= JobQueue.MaxAttempts; attempt++)
        {
            await server.Get<JobFailures>().EndStrandedAsync(Cancel);
            Assert.Null((await person.ContributionAsync(id)).DecidedAt);
            Assert.NotNull(await jobs.LeaseAsync("validate", "dying", Cancel));
            await jobs.ReleaseAsync("dying", "the worker crashed", counts: true, Cancel);
        }

        await server.Get<JobFailures>().EndStrandedAsync(Cancel);

        var view = await person.ContributionAsync(id);
        Assert.Equal(("rejected", 0), (view.State, view.Score));
        Assert.Contains(view.Findings, finding => finding.Evidence.Contains("could not be read safely: the worker crashed", StringComparison.Ordinal));
        Assert.Null(await jobs.LeaseAsync("validate", "next", Cancel));
    }

    [Fact]
    public async Task A_stale_lease_writes_nothing_and_a_repeated_report_has_one_effect()
    {
        var person = await server.JoinAsync();
        var id = (await person.ContributeAsync((await person.OpenAsync()).Id, "note.md", Texts.Note("Winch"))).Id;
        using var zombie = server.Worker("zombie");
        using var second = server.Worker("second");
        var stale = (await zombie.NextAsync("validate", Cancel))!;
        var inspection = await Validation.InspectAsync(zombie, stale);
        await server.Get<JobQueue>().ReleaseAsync("zombie", "it was silent", counts: true, Cancel);
        var current = (await second.NextAsync("validate", Cancel))!;
        Assert.Equal((stale.Job, stale.Token + 1), (current.Job, current.Token));

        Assert.False(await zombie.InspectedAsync(stale, inspection, Cancel));
        Assert.Null(await zombie.HeartbeatAsync(stale, Cancel));
        Assert.Null((await person.ContributionAsync(id)).DecidedAt);

        Assert.True(await second.InspectedAsync(current, inspection, Cancel));
        Assert.False(await second.InspectedAsync(current, inspection, Cancel));
        await using var db = server.Read();
        var entries = await db.LedgerEntries.Select(row => row.Bytes).ToListAsync(Cancel);
        var index = (await person.ContributionAsync(id)).LedgerIndex;
        Assert.Single(entries, bytes => EntryTypes.Parse(bytes) is VerdictEntry verdict && verdict.Contribution == index);
    }

    [Fact]
    public async Task The_worker_protocol_is_closed_to_everyone_without_the_secret()
    {
        var person = await server.JoinAsync("operator");
        foreach (var path in (string[])["next", "1/heartbeat", "1/inspection", "infer/next", "infer/i_0"])
        {
            await person.PostAsync("/api/leases/" + path, new LeaseRequest("validate", "thief")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        }

        await person.PostAsync("/api/leases/1/progress", new TrainProgress("running", 1, [])).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await person.PostAsync("/api/leases/1/result", new TrainResult("failed", null, 0, null, null, null, null)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Records_point_into_the_source_and_extracted_text_is_kept()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenSamplesAsync();
        var content = Texts.Sample("careful/14-reading-store.docx");
        var id = (await person.ContributeAsync(datanet.Id, "store.docx", content)).Id;
        await server.ValidateAsync();

        await using var db = server.Read();
        var row = await db.Contributions.FirstAsync(contribution => contribution.Id == id, Cancel);
        var text = await File.ReadAllBytesAsync(Path.Combine(server.Paths.Blobs, row.ExtractionSha256![..2], row.ExtractionSha256[2..]), Cancel);
        var records = await db.Records.Where(record => record.ContributionId == id).ToListAsync(Cancel);
        Assert.Equal((await person.ContributionAsync(id)).Records, records.Count);
        Assert.NotEmpty(records);
        Assert.All(records, record => Assert.InRange(record.End, record.Start + 1, text.Length));
        await server.WithdrawAsync(id);
    }
}
