using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Accounts;

public sealed class KeysAndRolesTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_shown_once_and_stored_as_a_hash()
    {
        var person = await server.JoinAsync();

        var made = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("laptop", ["read", "contribute"], 30));

        Assert.Matches("^assay_[A-Za-z0-9]{40}$", made.Key);
        Assert.Equal(["read", "contribute"], made.Scopes);
        Assert.All(await person.GetAsync<List<ApiKeyView>>("/api/v1/keys"), key => Assert.Null(key.Key));
        await using var db = server.Read();
        Assert.False(await db.ApiKeys.AnyAsync(row => row.Hash.Contains(made.Key!) || row.Id.Contains(made.Key!), Cancel));
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say_and_nothing_else()
    {
        var person = await server.JoinAsync();
        var narrow = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("reader", ["read"]));
        using var reader = server.Client(narrow.Key);

        using var me = await reader.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        await reader.PostAsync(new Uri("/api/v1/datanets/d_0/contributions?file_name=a.md&licence=x", UriKind.Relative), new ByteArrayContent([1]), Cancel)
            .RefusedAsync(HttpStatusCode.Forbidden);
        await reader.PostAsJsonAsync("/api/v1/chat", new { }, Cancel).RefusedAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_key_cannot_be_given_more_than_the_account_has()
    {
        var person = await server.JoinAsync();

        await person.PostAsync("/api/v1/keys", new CreateKeyRequest("greedy", ["admin"])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.PostAsync("/api/v1/keys", new CreateKeyRequest("", ["read"])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.PostAsync("/api/v1/keys", new CreateKeyRequest("long", ["read"], 366)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task A_key_cannot_make_a_key_that_may_do_more_than_itself()
    {
        var person = await server.JoinAsync("operator");
        var narrow = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("reader", ["read"]));
        using var reader = server.Client(narrow.Key);

        using var answer = await reader.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("escalated", ["read", "admin"]), AssayJson.Options, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_deleted_key_an_expired_key_and_an_invented_key_are_refused()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var deleted = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("deleted"));
        var expired = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("expired", Days: 1));
        using var gone = await person.Http.DeleteAsync(new Uri($"/api/v1/keys/{deleted.Id}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        clock.Advance(TimeSpan.FromDays(1));

        foreach (var key in (string[])[deleted.Key!, expired.Key!, "assay_" + new string('x', 40), "", "' OR 1=1 --"])
        {
            using var client = own.Client(null);
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            await client.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Nobody_deletes_the_key_of_another()
    {
        var person = await server.JoinAsync();
        var other = await server.JoinAsync();
        var key = await person.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("mine"));

        await other.Http.DeleteAsync(new Uri($"/api/v1/keys/{key.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_operator_gives_roles_and_nobody_else_does()
    {
        var boss = await server.JoinAsync("operator");
        var person = await server.JoinAsync();

        await person.PostAsync("/api/v1/roles", new GrantRoleRequest(person.Account.Email, "operator")).RefusedAsync(HttpStatusCode.Forbidden);
        await boss.PostAsync("/api/v1/roles", new GrantRoleRequest(person.Account.Email, "emperor")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await boss.PostAsync("/api/v1/roles", new GrantRoleRequest("nobody@example.org", "reviewer")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var changed = await boss.PostAsync<AccountView>("/api/v1/roles", new GrantRoleRequest(person.Account.Email.ToUpperInvariant(), "reviewer"));

        Assert.Equal(["owner", "reviewer", "contributor", "builder"], changed.Roles);
    }
}
