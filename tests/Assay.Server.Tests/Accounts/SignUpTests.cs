using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Server.Accounts;

namespace Assay.Server.Tests.Accounts;

public sealed class SignUpTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_account_may_contribute_open_datanets_and_build_but_nothing_else()
    {
        using var answer = await PostAsync(new("new@example.org", "  Ada  ", Person.Password));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var account = await Person.ReadAsync<AccountView>(answer);
        Assert.Equal("Ada", account.Name);
        Assert.Equal(["owner", "contributor", "builder"], account.Roles);
        Assert.Equal(32, Convert.FromBase64String(account.PublicKey).Length);
    }

    [Fact]
    public async Task An_address_has_one_account_whatever_its_case()
    {
        (await PostAsync(new("Once@example.org", "One", Person.Password))).Dispose();

        await PostAsync(new("oNCE@EXAMPLE.org", "Two", Person.Password)).RefusedAsync(HttpStatusCode.Conflict, "email_taken");
    }

    [Theory]
    [InlineData("nobody", "Name", Person.Password)]
    [InlineData("a@b@c", "Name", Person.Password)]
    [InlineData("@host", "Name", Person.Password)]
    [InlineData("name@", "Name", Person.Password)]
    [InlineData("with blank@example.org", "Name", Person.Password)]
    [InlineData("line\r\nbreak@example.org", "Name", Person.Password)]
    [InlineData("no-character\ufffe@example.org", "Name", Person.Password)]
    [InlineData("short@example.org", "Name", "eleven char")]
    [InlineData("blank@example.org", "   ", Person.Password)]
    [InlineData("bell@example.org", "Bell\a", Person.Password)]
    public async Task Each_bad_field_is_named(string email, string name, string password) =>
        await PostAsync(new(email, name, password)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"email":null,"name":"x","password":"correct horse battery"}""")]
    [InlineData("""{"email":"x@example.org","password":"correct horse battery"}""")]
    [InlineData("""{"email":"\ud800@example.org","name":"x","password":"correct horse battery"}""")]
    public async Task A_body_without_the_fields_is_a_bad_request(string json) =>
        await server.Anonymous.PostAsync(new Uri("/api/v1/accounts", UriKind.Relative), new StringContent(json, null, "application/json"), Cancel)
            .RefusedAsync(HttpStatusCode.BadRequest);

    [Fact]
    public async Task The_setup_token_makes_one_operator_once()
    {
        await using var fresh = await AssayServer.StartAsync(null);
        var token = await fresh.Get<SetupToken>().CurrentAsync(Cancel);

        await SignUpAsync(fresh, new("thief@example.org", "Thief", Person.Password, "guessed")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        using var first = await SignUpAsync(fresh, new("first@example.org", "First", Person.Password, token));
        await SignUpAsync(fresh, new("second@example.org", "Second", Person.Password, token)).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");

        Assert.Contains("operator", (await Person.ReadAsync<AccountView>(first)).Roles);
        Assert.Null(await fresh.Get<SetupToken>().CurrentAsync(Cancel));
    }

    [Fact]
    public async Task Sign_ups_of_one_network_are_limited_to_so_many_a_day()
    {
        await using var small = await AssayServer.StartAsync(null, "Accounts:SignUpsPerDay=2");
        for (var number = 1; number <= 2; number++)
        {
            using var answer = await SignUpAsync(small, new($"n{number}@example.org", "N", Person.Password));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        await SignUpAsync(small, new("n3@example.org", "N", Person.Password)).RefusedAsync(HttpStatusCode.TooManyRequests);
    }

    private Task<HttpResponseMessage> PostAsync(SignUpRequest request) => SignUpAsync(server, request);

    private static Task<HttpResponseMessage> SignUpAsync(AssayServer server, SignUpRequest request) =>
        server.Anonymous.PostAsJsonAsync("/api/v1/accounts", request, AssayJson.Options, Cancel);
}
