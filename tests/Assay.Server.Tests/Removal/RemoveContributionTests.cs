using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Leaderboard;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Client.Transparency;
using Assay.Ledger.Replay;
using Assay.Server.Removal;
using Assay.Server.Shared.Database;
using Assay.Server.Tests.Review;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Removal;

public sealed class RemoveContributionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_contributor_withdraws_the_owner_takes_down_the_operator_voids_and_nobody_else_does()
    {
        await using var server = await Reviewed.StartAsync();
        var (owner, stranger, chief) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync("operator"));
        var datanet = await owner.OpenSamplesAsync();
        var (person, file) = await AcceptedAsync(server, datanet.Id, "Sluice");
        var path = $"/api/v1/contributions/{file.Id}/removal";

        await stranger.PostAsync(path, new RemovalRequest("withdraw")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync(path, new RemovalRequest("withdraw")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await person.PostAsync(path, new RemovalRequest("takedown")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync(path, new RemovalRequest("void")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync(path, new RemovalRequest("takedown", "dislike")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync(path, new RemovalRequest("burn")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.PostAsync<ContributionView>(path, new RemovalRequest("withdraw"));
        await owner.PostAsync(path, new RemovalRequest("takedown")).RefusedAsync(HttpStatusCode.Conflict, "removed");
        var voided = await chief.PostAsync<ContributionView>(path, new RemovalRequest("void", "plagiarism")); // withdrawing erases no evidence
        Assert.Equal("void", voided.Removal);
        await chief.PostAsync(path, new RemovalRequest("void")).RefusedAsync(HttpStatusCode.Conflict, "removed");

        var entries = await Eventually.GetAsync(async () =>
            (await person.GetAsync<Page<LedgerEntryView>>("/api/v1/ledger/entries?from=0&count=100")).Items.Where(entry => entry.Type == "remove").ToList() is { Count: 2 } both ? both : null);
        Assert.Equal([("withdraw", "contributor_request", person.Account.Id), ("void", "plagiarism", chief.Account.Id)], entries.Select(entry =>
            (entry.Entry.GetProperty("kind").GetString()!, entry.Entry.GetProperty("reason").GetString()!, entry.Entry.GetProperty("by").GetString()!)));
        Assert.All(entries, entry => Assert.Equal(file.LedgerIndex, entry.Entry.GetProperty("contrib").GetInt64()));
    }

    [Fact]
    public async Task Withdrawing_keeps_the_standing_and_a_void_recomputes_it()
    {
        await using var server = await Reviewed.StartAsync();
        var (owner, chief) = (await server.JoinAsync(), await server.JoinAsync("operator"));
        var datanet = await owner.OpenSamplesAsync();
        var (person, first) = await AcceptedAsync(server, datanet.Id, "Sluice");
        var second = (await person.ContributeAsync(datanet.Id, "second.md", Texts.Sample("careful/01-tide-gauge.md"))).Id;
        await server.ValidateAsync();
        await Eventually.TrueAsync(async () => (await StandingAsync(person)) is { Accepted: 2, Decided: 2 });

        await person.PostAsync<ContributionView>($"/api/v1/contributions/{first.Id}/removal", new RemovalRequest("withdraw"));
        await chief.PostAsync<ContributionView>($"/api/v1/contributions/{second}/removal", new RemovalRequest("takedown", "law"));
        await ReplayedAsync(server);
        Assert.True(await StandingAsync(person) is { Accepted: 2, Decided: 2 });

        await chief.PostAsync<ContributionView>($"/api/v1/contributions/{first.Id}/removal", new RemovalRequest("void", "fraud"));
        await Eventually.TrueAsync(async () => await StandingAsync(person) is { Accepted: 1, Decided: 2 } now && now.Standing == WilsonBound.Of(1, 2));
    }

    [Fact]
    public async Task Removed_bytes_do_not_come_back_but_who_withdrew_them_may_send_them_again()
    {
        await using var server = await Reviewed.StartAsync();
        var (owner, other) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        var (person, file) = await AcceptedAsync(server, datanet.Id, "Sluice");
        await person.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/removal", new RemovalRequest("withdraw"));

        await other.SendAsync(datanet.Id, "copy.md", Texts.Note("Sluice")).RefusedAsync(HttpStatusCode.Conflict, "removed");
        var again = await person.ContributeAsync(datanet.Id, "again.md", Texts.Note("Sluice"));
        await server.ValidateAsync();
        Assert.Equal("accepted", (await person.ContributionAsync(again.Id)).State);

        await owner.PostAsync<ContributionView>($"/api/v1/contributions/{again.Id}/removal", new RemovalRequest("takedown", "licence"));
        await person.SendAsync(datanet.Id, "third.md", Texts.Note("Sluice")).RefusedAsync(HttpStatusCode.Conflict, "removed");
    }

    [Fact]
    public async Task A_file_can_be_withdrawn_before_it_is_decided_and_while_people_look_at_it()
    {
        await using var server = await Reviewed.StartAsync();
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var waiting = await owner.ContributeAsync(datanet.Id, "waiting.md", Texts.Note("Sluice"));
        await owner.PostAsync<ContributionView>($"/api/v1/contributions/{waiting.Id}/removal", new RemovalRequest("withdraw"));
        await server.ValidateAsync();
        Assert.Equal(("received", null, null), (await owner.ContributionAsync(waiting.Id) is var view ? (view.State, view.DecidedAt, view.QueuePosition) : default));

        var (person, borderline) = await server.BorderlineAsync();
        var reviewer = await server.JoinAsync("reviewer");
        var item = (await reviewer.NextAsync())!;
        await person.PostAsync<ContributionView>($"/api/v1/contributions/{borderline.Id}/removal", new RemovalRequest("withdraw"));
        await reviewer.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new Assay.Client.Review.VoteRequest(true, "Fine.")).RefusedAsync(HttpStatusCode.Conflict, "ended");
        Assert.Null(await reviewer.NextAsync());
        using var salt = await person.Http.GetAsync(new Uri($"/api/v1/contributions/{borderline.Id}/salt", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Gone, salt.StatusCode);
        await using var db = server.Read();
        Assert.False(await db.Bands.AnyAsync(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == borderline.Id), Cancel));
    }

    [Fact]
    public async Task A_run_that_uses_the_file_is_stopped_and_the_content_is_erased_when_it_has_ended()
    {
        await using var server = await AssayServer.StartAsync(null, TinyBase.Setting, "Review:AuditShare=0", "Review:AuditShareUnproven=0");
        TinyBase.Write(server);
        var frozen = await Frozen.MakeAsync(server);
        var (waiting, running) = (await frozen.Owner.PostAsync<RunView>("/api/v1/runs", frozen.Run()), await frozen.Owner.PostAsync<RunView>("/api/v1/runs", frozen.Run()));
        using var worker = server.Worker("trainer");
        var lease = (await worker.NextAsync("train", Cancel))!;
        var (taken, other) = lease.Payload.GetProperty("run_id").GetString() == running.Id ? (running, waiting) : (waiting, running);
        var file = (await frozen.Owner.GetAsync<Page<ContributionView>>($"/api/v1/datanets/{frozen.Datanet.Id}/contributions")).Items[0];

        await frozen.Owner.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/removal", new RemovalRequest("withdraw"));

        Assert.Equal("cancelled", (await frozen.Owner.GetAsync<RunView>($"/api/v1/runs/{other.Id}")).State);
        Assert.True((await worker.HeartbeatAsync(lease, Cancel))!.Cancel);
        Assert.NotEqual("erased", (await LifeAsync(frozen.Owner, file.Id)).Events[^1].What);
        Assert.True(await worker.FinishedAsync(lease, new TrainResult("cancelled", null, 1, null, null, null, null), Cancel));
        Assert.True(await server.Get<Erasure>().EraseAsync(Cancel)); // the look that comes every minute
        Assert.Equal("erased", (await LifeAsync(frozen.Owner, file.Id)).Events[^1].What);
        Assert.False(Directory.Exists(Path.Combine(server.Paths.Work, taken.Id)));
    }

    [Fact]
    public async Task What_a_crash_left_is_erased_at_the_next_start()
    {
        await using var server = await Reviewed.StartAsync();
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var (_, file) = await AcceptedAsync(server, datanet.Id, "Quayside");
        await server.Get<DbWriter>().WriteAsync(async (db, stop) =>
        {
            (await db.Contributions.FirstAsync(row => row.Id == file.Id, stop)).Removal = "takedown"; // the decision's transaction, and nothing after it
            db.Removals.Add(new RemovalRow { ContributionId = file.Id, Kind = "takedown", Reason = "law", ById = owner.Account.Id, EntryId = 1 });
        }, Cancel);
        Assert.NotEmpty(DataFolderScan.Find(server.Folder, "of the Quayside returns"));

        await server.RestartAsync();

        await Eventually.TrueAsync(async () =>
        {
            await using var db = server.Read();
            return await db.Removals.AnyAsync(row => row.ErasedAt != null, Cancel);
        });
        Assert.Empty(DataFolderScan.Find(server.Folder, "of the Quayside returns"));
    }

    private static Task<LifeView> LifeAsync(Person person, string id) => person.GetAsync<LifeView>($"/api/v1/contributions/{id}/life");

    private static async Task<(Person Person, ContributionView View)> AcceptedAsync(AssayServer server, string datanet, string subject)
    {
        var person = await server.JoinAsync();
        var id = (await person.ContributeAsync(datanet, "note.md", Texts.Note(subject))).Id;
        await server.ValidateAsync();
        var view = await Eventually.GetAsync(async () => await person.ContributionAsync(id) is { VerdictIndex: not null } indexed ? indexed : null);
        Assert.Equal("accepted", view.State);
        return (person, view);
    }

    private static async Task<StandingView?> StandingAsync(Person person) =>
        (await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.FirstOrDefault(row => row.AccountId == person.Account.Id);

    /// <summary>Waits until every entry has its index; the boards follow before the next is published.</summary>
    private static Task ReplayedAsync(AssayServer server) => Eventually.TrueAsync(async () =>
    {
        await using var db = server.Read();
        return !await db.LedgerEntries.AnyAsync(entry => entry.Index == null, Cancel);
    });
}
