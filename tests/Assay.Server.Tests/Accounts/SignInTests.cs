using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Accounts;

public sealed class SignInTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_gives_a_session_that_scripts_cannot_read()
    {
        var person = await server.JoinAsync();

        using var answer = await SignInAsync(server, person.Account.Email, Person.Password);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("assay=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        using var me = await MeAsync(server, cookie);
        Assert.Equal(person.Account.Id, (await Person.ReadAsync<AccountView>(me)).Id);
    }

    [Fact]
    public async Task A_session_survives_a_restart_of_the_server()
    {
        await using var own = await AssayServer.StartAsync(null);
        var person = await own.JoinAsync();
        using var answer = await SignInAsync(own, person.Account.Email, Person.Password);

        await own.RestartAsync();

        using var me = await MeAsync(own, answer.Headers.GetValues("Set-Cookie").Single());
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_answer()
    {
        var person = await server.JoinAsync();

        var unknown = await SignInAsync(server, "nobody@example.org", Person.Password).RefusedAsync(HttpStatusCode.Unauthorized, "wrong_credentials");
        var wrong = await SignInAsync(server, person.Account.Email, "not the password").RefusedAsync(HttpStatusCode.Unauthorized, "wrong_credentials");

        Assert.Equal(unknown.GetProperty("detail").GetString(), wrong.GetProperty("detail").GetString());
        await SignInAsync(server, "no\ufffecharacter@example.org", Person.Password).RefusedAsync(HttpStatusCode.Unauthorized, "wrong_credentials");
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_fifteen_minutes_even_for_the_right_one()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var email = (await own.JoinAsync()).Account.Email;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await SignInAsync(own, email, "not the password").RefusedAsync(HttpStatusCode.Unauthorized);
        }

        await SignInAsync(own, email, Person.Password).RefusedAsync(HttpStatusCode.TooManyRequests, "locked");
        clock.Advance(TimeSpan.FromMinutes(14));
        await SignInAsync(own, email, Person.Password).RefusedAsync(HttpStatusCode.TooManyRequests, "locked");
        clock.Advance(TimeSpan.FromMinutes(1));

        using var answer = await SignInAsync(own, email, Person.Password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        var person = await server.JoinAsync();
        using var signedIn = await SignInAsync(server, person.Account.Email, Person.Password);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/session");
        request.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        using var answer = await server.Anonymous.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("assay=;", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_with_the_cookie_from_another_site_is_refused()
    {
        var person = await server.JoinAsync();
        using var signedIn = await SignInAsync(server, person.Account.Email, Person.Password);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        await WriteAsync(cookie, "https://evil.example").RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        using var own = await WriteAsync(cookie, server.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.Created, own.StatusCode);
    }

    private async Task<HttpResponseMessage> WriteAsync(string cookie, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new CreateKeyRequest("made by a page"), options: AssayJson.Options) };
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("Origin", origin);
        return await server.Anonymous.SendAsync(request, Cancel);
    }

    private static Task<HttpResponseMessage> SignInAsync(AssayServer server, string email, string password) =>
        server.Anonymous.PostAsJsonAsync("/api/v1/session", new SignInRequest(email, password), AssayJson.Options, Cancel);

    private static Task<HttpResponseMessage> MeAsync(AssayServer server, string cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        return server.Anonymous.SendAsync(request, Cancel);
    }
}
