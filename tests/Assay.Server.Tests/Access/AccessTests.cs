using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Access;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Access;

public sealed class AccessTests(AssayServer server) : IClassFixture<AssayServer>
{
    [Fact]
    public async Task A_builder_asks_the_owner_grants_and_revokes_and_each_step_stands()
    {
        var (owner, builder) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenAsync();
        var asked = await AskAsync(builder, datanet.Id);
        Assert.Equal("requested", asked.State);
        await builder.PostAsync($"/api/v1/datanets/{datanet.Id}/access", new AccessRequest(Frozen.Purpose, true)).RefusedAsync(HttpStatusCode.Conflict, "already_requested");

        var granted = await owner.PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision("grant", Days: 30));
        Assert.Equal(("granted", TimeSpan.FromDays(30)), (granted.State, granted.Until - granted.DecidedAt));
        await owner.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("grant")).RefusedAsync(HttpStatusCode.Conflict, "state");
        var revoked = await owner.PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision("revoke", "The project ended"));
        Assert.Equal(("revoked", "The project ended"), (revoked.State, revoked.Reason));
        Assert.Equal("requested", (await AskAsync(builder, datanet.Id)).State);
    }

    [Fact]
    public async Task Only_the_owner_decides_and_strangers_do_not_even_see_the_request()
    {
        var (owner, builder, stranger) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync());
        var asked = await AskAsync(builder, (await owner.OpenAsync()).Id);

        await builder.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("grant")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await stranger.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("grant")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Empty((await stranger.GetAsync<Page<AccessView>>("/api/v1/access")).Items);
        Assert.Equal(asked.Id, Assert.Single((await owner.GetAsync<Page<AccessView>>("/api/v1/access")).Items).Id);
        Assert.Equal(asked.Id, Assert.Single((await builder.GetAsync<Page<AccessView>>("/api/v1/access")).Items).Id);
    }

    [Fact]
    public async Task A_request_needs_a_purpose_and_the_terms_and_a_refusal_needs_a_reason()
    {
        var (owner, builder) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenAsync();

        await builder.PostAsync($"/api/v1/datanets/{datanet.Id}/access", new AccessRequest("short", true)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await builder.PostAsync($"/api/v1/datanets/{datanet.Id}/access", new AccessRequest(Frozen.Purpose, false)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await builder.PostAsync("/api/v1/datanets/d_0000000000000000/access", new AccessRequest(Frozen.Purpose, true)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var asked = await AskAsync(builder, datanet.Id);
        await owner.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("decline")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("grant", Days: 366)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await owner.PostAsync($"/api/v1/access/{asked.Id}", new AccessDecision("explode")).RefusedAsync(HttpStatusCode.Conflict, "state");
        Assert.Equal("declined", (await owner.PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision("decline", "Not for this"))).State);
    }

    [Fact]
    public async Task The_terms_of_the_day_stay_with_a_request_and_access_can_be_granted_at_once()
    {
        var (owner, builder, later) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenAsync();
        await ChangeAsync(owner, datanet.Id, new ChangeSettingsRequest(Terms: "Name the contributors.", GrantDays: 10));

        var granted = await AskAsync(builder, datanet.Id);
        await ChangeAsync(owner, datanet.Id, new ChangeSettingsRequest(Terms: "Name nobody.", GrantDays: 0));
        var asked = await AskAsync(later, datanet.Id);

        Assert.Equal(("granted", TimeSpan.FromDays(10), "requested"), (granted.State, granted.Until - granted.RequestedAt, asked.State));
        await using var db = server.Read();
        Assert.Equal($"Name the contributors.\n\n{string.Join(',', datanet.Licences)}", db.Access.Single(row => row.Id == granted.Id).Terms);
        Assert.StartsWith("Name nobody.", db.Access.Single(row => row.Id == asked.Id).Terms, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoking_access_ends_the_runs_that_still_train_on_the_datanet_and_no_others()
    {
        await using var own = await AssayServer.StartAsync(null, TinyBase.Setting);
        TinyBase.Write(own);
        var frozen = await Frozen.MakeAsync(own);
        var builder = await frozen.BuilderAsync(own);
        var (theirs, owners) = (await builder.PostAsync<RunView>("/api/v1/runs", frozen.Run()), await frozen.Owner.PostAsync<RunView>("/api/v1/runs", frozen.Run()));
        var access = Assert.Single((await builder.GetAsync<Page<AccessView>>("/api/v1/access")).Items);

        await frozen.Owner.PostAsync<AccessView>($"/api/v1/access/{access.Id}", new AccessDecision("revoke", "The project ended"));

        Assert.Equal("cancelled", (await builder.GetAsync<RunView>($"/api/v1/runs/{theirs.Id}")).State);
        Assert.Equal("queued", (await frozen.Owner.GetAsync<RunView>($"/api/v1/runs/{owners.Id}")).State);
    }

    [Fact]
    public async Task A_grant_ends_by_itself()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock, TinyBase.Setting);
        TinyBase.Write(own);
        var frozen = await Frozen.MakeAsync(own);
        var builder = await frozen.BuilderAsync(own);

        using var allowed = await builder.PostAsync("/api/v1/runs", frozen.Run());
        Assert.Equal(HttpStatusCode.Created, allowed.StatusCode);
        clock.Advance(TimeSpan.FromDays(90));
        await builder.PostAsync("/api/v1/runs", frozen.Run()).RefusedAsync(HttpStatusCode.Forbidden, "no_access");
    }

    private static Task<AccessView> AskAsync(Person builder, string datanet) =>
        builder.PostAsync<AccessView>($"/api/v1/datanets/{datanet}/access", new AccessRequest(Frozen.Purpose, true));

    private static async Task ChangeAsync(Person owner, string datanet, ChangeSettingsRequest request)
    {
        using var answer = await owner.Http.PatchAsJsonAsync(new Uri($"/api/v1/datanets/{datanet}", UriKind.Relative), request, AssayJson.Options, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
