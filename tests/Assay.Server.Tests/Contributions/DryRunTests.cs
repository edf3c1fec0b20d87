using System.Net;
using Assay.Client.Contributions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Contributions;

/// <summary>Verdicts without contributing: judged like a contribution, with the index, and nothing stays.</summary>
public sealed class DryRunTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dry_run_says_what_the_contribution_then_gets_and_leaves_nothing()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenSamplesAsync()).Id;
        byte[] content = [.. Texts.Sample("careful/02-buoy.md"), .. "\n"u8];

        var view = await JudgeAsync(server, person, datanet, "buoy.md", content, "&source=own&intended_use=answers&note=exact");

        Assert.Equal(("buoy.md", "accepted"), (view.File, view.Decision));
        Assert.InRange(view.Score, view.Range[0], view.Range[1]);
        Assert.Equal(view.Score, (int)(view.Sum!.Total / view.Sum.Weight));
        Assert.Contains(view.Findings, finding => finding is { Rule: "novelty", Score: 1000 });
        Assert.All(view.Findings, finding => Assert.NotEmpty(finding.Evidence));
        await using (var db = server.Read())
        {
            Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging));
            Assert.False(await db.Jobs.AnyAsync(job => job.Subject.StartsWith("p_"), Cancel));
            Assert.False(await db.Contributions.AnyAsync(row => row.DatanetId == datanet, Cancel));
            Assert.Equal(0, (await person.QuotaAsync(datanet)).ContributorFiles.Used);
        }

        using var sent = await person.SendAsync(datanet, "buoy.md", content, query: $"&licence={Person.Licence}&source=own&intended_use=answers&note=exact");
        var contribution = await Person.ReadAsync<ContributionView>(sent);
        await server.ValidateAsync();
        var decided = await person.ContributionAsync(contribution.Id);
        Assert.Equal((view.Decision, view.Score), (decided.State, decided.Score));

        // A changed copy is found by the index, the same bytes by their hash.
        var copy = await JudgeAsync(server, person, datanet, "copy.md", [.. content, .. "More.\n"u8], "");
        Assert.Equal(("rejected", contribution.Id), (copy.Decision, copy.RelatedContribution));
        Assert.Contains(copy.Findings, finding => finding is { Rule: "novelty", Score: 0 });
        var same = await JudgeAsync(server, person, datanet, "same.md", content, "");
        Assert.Equal(("refused", 0, contribution.Id), (same.Decision, same.Score, same.RelatedContribution));
        Assert.Equal("gate", Assert.Single(same.Findings).Rule);
        Assert.Empty(server.Failures.Seen);
    }

    [Theory]
    [InlineData("bad.exe", "unknown extension")]
    [InlineData("empty.md", "is empty")]
    [InlineData("text.pdf", "is not .pdf inside")]
    public async Task What_the_gate_refuses_is_a_verdict_too(string name, string evidence)
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        var view = await JudgeAsync(server, person, datanet, name, name == "empty.md" ? [] : Texts.Unique(100), "");

        Assert.Equal("refused", view.Decision);
        Assert.Contains(evidence, Assert.Single(view.Findings).Evidence[0].Text, StringComparison.Ordinal);
        Assert.Null(view.Sum);
    }

    [Fact]
    public async Task Ten_dry_runs_an_hour_are_free_and_the_next_says_when()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var other = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        for (var number = 0; number < 10; number++)
        {
            (await SendAsync(person, datanet, "bad.exe", [1], "")).EnsureSuccessStatusCode();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        using var late = await SendAsync(person, datanet, "bad.exe", [1], "");
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(50)), (late.StatusCode, late.Headers.RetryAfter!.Delta!.Value));
        (await SendAsync(other, datanet, "bad.exe", [1], "")).EnsureSuccessStatusCode();
        clock.Advance(TimeSpan.FromMinutes(50));
        (await SendAsync(person, datanet, "bad.exe", [1], "")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_file_that_kills_its_parser_is_told_as_unreadable()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        using var worker = server.Worker("dying");
        var asked = SendAsync(person, datanet, "a.md", Texts.Unique(500), "");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.NotNull(await worker.NextAsync("validate", Cancel));
            await server.Get<Assay.Server.Shared.Jobs.JobQueue>().ReleaseAsync("dying", "it was killed by signal 9.", counts: true, Cancel);
        }

        using var answer = await asked;
        var view = await Person.ReadAsync<DryRunView>(answer);
        Assert.Equal("rejected", view.Decision);
        Assert.Contains("killed by signal 9", view.Findings[0].Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;

        await SendAsync(person, "d_0000000000000000", "a.md", Texts.Unique(100), "").RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await SendAsync(person, datanet, "a.jsonl", Texts.Unique(100), "&columns=nonsense").RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await SendAsync(person with { Http = server.Anonymous }, datanet, "a.md", Texts.Unique(100), "").RefusedAsync(HttpStatusCode.Unauthorized);
    }

    private static async Task<DryRunView> JudgeAsync(AssayServer server, Person person, string datanet, string name, byte[] content, string query)
    {
        var asked = SendAsync(person, datanet, name, content, query);
        await Eventually.TrueAsync(async () =>
        {
            await server.ValidateAsync();
            return asked.IsCompleted;
        });
        using var answer = await asked;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await Person.ReadAsync<DryRunView>(answer);
    }

    private static Task<HttpResponseMessage> SendAsync(Person person, string datanet, string name, byte[] content, string query) =>
        person.Http.PostAsync(new Uri($"/api/v1/validate?datanet={datanet}&file_name={Uri.EscapeDataString(name)}&licence={Person.Licence}{query}", UriKind.Relative), new ByteArrayContent(content), Cancel);
}
