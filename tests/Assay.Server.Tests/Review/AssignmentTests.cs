using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Client.Datanets;
using Assay.Client.Review;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Review;

public sealed class AssignmentTests
{
    [Fact]
    public async Task An_assignment_is_kept_until_the_vote_recorded_with_its_seed_and_goes_to_another_when_it_expires()
    {
        var clock = new FakeTimeProvider(new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var server = await Reviewed.StartAsync(clock, "Review:VotesNeeded=1");
        await server.BorderlineAsync();
        var (first, second) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));

        var item = (await first.NextAsync())!;
        Assert.Equal(item.AssignmentId, (await first.NextAsync())!.AssignmentId);
        Assert.Equal(item.AssignmentId, (await first.GetAsync<ReviewItem>("/api/v1/review/next")).AssignmentId);
        Assert.Null(await second.NextAsync()); // one vote decides, and one reviewer holds it
        clock.Advance(TimeSpan.FromHours(24));
        Assert.NotNull(await second.NextAsync());
        await first.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(true, "Late.")).RefusedAsync(HttpStatusCode.Conflict, "expired");

        await using var db = server.Read();
        Assert.All(await db.Assignments.ToListAsync(TestContext.Current.CancellationToken), row => Assert.True(row is { Among: 1, Seed: not 0 }));
    }

    [Fact]
    public async Task A_file_that_was_handed_back_does_not_come_again()
    {
        await using var server = await Reviewed.StartAsync();
        await server.BorderlineAsync();
        var reviewer = await server.JoinAsync("reviewer");
        var item = (await reviewer.NextAsync())!;

        using var answer = await reviewer.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/pass", new { });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Null(await reviewer.NextAsync());
        await reviewer.PostAsync($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(true, "After all.")).RefusedAsync(HttpStatusCode.Conflict, "ended");
    }

    /// <summary>The machine's own network has many addresses; each /24 of it stands for a network.</summary>
    [Fact]
    public async Task Accounts_that_signed_in_from_one_network_within_30_days_do_not_review_each_other()
    {
        var clock = new FakeTimeProvider(new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        await using var server = await Reviewed.StartAsync(clock);
        var (author, _) = await server.BorderlineAsync();
        var (near, far) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));
        await SignInAsync(server, author, "127.0.7.1");
        await SignInAsync(server, near, "127.0.7.200");
        await SignInAsync(server, far, "127.0.8.1");

        Assert.Null(await near.NextAsync());
        Assert.NotNull(await far.NextAsync());
        clock.Advance(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1));
        Assert.NotNull(await near.NextAsync());

        await using var db = server.Read();
        var places = await db.AccountPlaces.ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, places.Count);
        Assert.All(places, row => Assert.Equal(64, row.Place.Length));
        Assert.DoesNotContain(places, row => row.Place.StartsWith("7F0007", StringComparison.OrdinalIgnoreCase));
        await SignInAsync(server, far, "127.0.8.1"); // old places are forgotten at the next sign-in
        Assert.Equal(1, await db.AccountPlaces.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Accounts_that_were_stated_to_belong_together_do_not_review_each_other()
    {
        await using var server = await Reviewed.StartAsync();
        var (author, _) = await server.BorderlineAsync();
        var (friend, chief, stranger) = (await server.JoinAsync("reviewer"), await server.JoinAsync("operator"), await server.JoinAsync("reviewer"));

        await stranger.PostAsync("/api/v1/account-links", new AccountLinkRequest(author.Account.Id, friend.Account.Id)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await chief.PostAsync("/api/v1/account-links", new AccountLinkRequest(author.Account.Id, "a_0000000000000000")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        using var stated = await chief.PostAsync("/api/v1/account-links", new AccountLinkRequest(author.Account.Id, friend.Account.Id));
        Assert.Equal(HttpStatusCode.NoContent, stated.StatusCode);

        Assert.Null(await friend.NextAsync());
        var held = (await stranger.NextAsync())!;
        using var own = await stranger.PostAsync("/api/v1/account-links", new AccountLinkRequest(author.Account.Id));
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        await stranger.PostAsync($"/api/v1/review/assignments/{held.AssignmentId}/vote", new VoteRequest(true, "My friend's.")).RefusedAsync(HttpStatusCode.Conflict, "linked");
        Assert.Null(await stranger.NextAsync());
        Assert.NotNull(await (await server.JoinAsync("reviewer")).NextAsync());
    }

    [Fact]
    public async Task Where_the_owner_named_reviewers_only_they_get_its_files()
    {
        await using var server = await Reviewed.StartAsync();
        var (owner, view) = await server.BorderlineAsync();
        var (named, other) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));

        using var invited = await owner.PostAsync($"/api/v1/datanets/{view.DatanetId}/members", new InviteRequest(named.Account.Email, "reviewer"));

        Assert.True(invited.IsSuccessStatusCode);
        Assert.Null(await other.NextAsync());
        Assert.NotNull(await named.NextAsync());
    }

    private static async Task SignInAsync(AssayServer server, Person person, string from)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new SignInRequest(person.Account.Email, Person.Password), AssayJson.Options, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
