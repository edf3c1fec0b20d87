using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Client.Leases;
using Assay.Client.Models;
using Assay.Client.Review;
using Assay.Client.Runs;
using Assay.Server.Tests.Datanets.Reading;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>Who is taken off the members of a private datanet loses at once what came out of it.</summary>
public sealed class LeavingTests(PrivateWorld world) : IClassFixture<PrivateWorld>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_models_answers_and_a_stream_that_is_being_read_end_with_the_membership_and_come_back_with_it()
    {
        var (builder, datanet) = (world.Builder, world.Datanet.Id);
        var further = await builder.PostAsync<RunView>("/api/v1/runs", new StartRunRequest(PrivateWorld.Base, [world.Versions[1].Id], "Live", world.Run.Settings));
        var start = new StartRunRequest(PrivateWorld.Base, [(await PublicAsync(builder)).Id], "On top", world.Run.Settings, world.Run.Id);
        var top = await builder.PostAsync<RunView>("/api/v1/runs", start); // on public data, from an adapter that knows the private one
        using var worker = world.Server.Worker("train");
        var lease = (await worker.NextAsync("train", Cancel))!;
        Assert.Equal(further.Id, lease.Payload.Deserialize<TrainPayload>(AssayJson.Options)!.RunId);
        Assert.True(await worker.ProgressAsync(lease, new TrainProgress("running", 9, [new RunPoint(1, 5.5)]), Cancel));
        using var stream = await builder.Http.GetAsync(new Uri($"/api/v1/runs/{further.Id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var events = SseParser.Create(await stream.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());

        using var asked = new HttpRequestMessage(HttpMethod.Post, "/api/v1/chat/stream") { Content = JsonContent.Create(PrivateWorld.Question(world.Run.ModelName!, PrivateWorld.HeldQuestion), options: AssayJson.Options) };
        using var talk = await builder.Http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var pieces = SseParser.Create(await talk.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await pieces.MoveNextAsync());
        Assert.Equal("text", pieces.Current.EventType);
        var answers = await CountAnswersAsync();

        await VisibilityTests.RemoveAsync(world.Owner, datanet, builder, "contributor");

        world.HeldBack.SetResult();
        Assert.True(await pieces.MoveNextAsync());
        Assert.Equal("refused", pieces.Current.EventType); // the rest of the answer is not told
        Assert.False(await pieces.MoveNextAsync());
        Assert.Equal(answers, await CountAnswersAsync());
        await worker.ProgressAsync(lease, new TrainProgress("running", 9, [new RunPoint(2, 5.4)]), Cancel);
        while (await events.MoveNextAsync())
        {
            Assert.Equal("end", events.Current.EventType); // nothing of the run's curves any more
        }

        string[] lost = [$"/runs/{world.Run.Id}", $"/runs/{further.Id}", $"/runs/{top.Id}", $"/runs/{world.Run.Id}/records", $"/runs/{world.Run.Id}/adapter/adapter_config.json", $"/models/{world.Run.ModelName}", $"/answers/{world.Answer.Id}", $"/answers/{world.Answer.Id}/receipt"];
        foreach (var path in lost)
        {
            await builder.Http.GetAsync(new Uri("/api/v1" + path, UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }

        Assert.Empty((await builder.GetAsync<Page<RunView>>("/api/v1/runs")).Items);
        Assert.DoesNotContain((await builder.GetAsync<Page<ModelView>>("/api/v1/models")).Items, model => model.RunId is not null);
        await builder.PostAsync("/api/v1/chat", PrivateWorld.Question(world.Run.ModelName!, "Still there?")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await builder.PostAsync("/api/v1/runs", start).RefusedAsync(HttpStatusCode.Conflict, "start_from");

        await VisibilityTests.InviteAsync(world.Owner, datanet, builder);
        Assert.Equal(world.Answer.Text, (await builder.GetAsync<Assay.Client.Chat.AnswerView>($"/api/v1/answers/{world.Answer.Id}")).Text);
        await builder.PostAsync("/api/v1/runs", new StartRunRequest(PrivateWorld.Base, [world.Versions[1].Id], "Again", world.Run.Settings)).RefusedAsync(HttpStatusCode.Forbidden, "no_access"); // the grant does not come back
    }

    [Fact]
    public async Task A_reviewer_who_is_taken_off_loses_the_file_in_hand_and_a_stranger_with_the_role_never_gets_one()
    {
        var other = await world.Server.JoinAsync("reviewer");
        using (var none = await other.PostAsync("/api/v1/review/next", new { }))
        {
            Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        }

        Assert.NotNull(await world.Reviewer.GetAsync<ReviewItem>("/api/v1/review/next"));
        await VisibilityTests.RemoveAsync(world.Owner, world.Datanet.Id, world.Reviewer, "reviewer");
        using var held = await world.Reviewer.Http.GetAsync(new Uri("/api/v1/review/next", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, held.StatusCode);
        using var vote = await world.Reviewer.PostAsync($"/api/v1/review/assignments/{world.Assignment}/vote", new VoteRequest(true, "Mine."));
        Assert.Equal(HttpStatusCode.Conflict, vote.StatusCode);
    }

    private async Task<int> CountAnswersAsync()
    {
        await using var db = world.Server.Read();
        return await db.Answers.CountAsync(Cancel);
    }

    private async Task<SnapshotView> PublicAsync(Person owner)
    {
        var datanet = await owner.OpenSamplesAsync();
        await owner.ContributeAsync(datanet.Id, "buoy.md", Texts.Sample("careful/02-buoy.md"));
        await world.Server.ValidateAsync();
        return await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
    }
}
