using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Server.Accounts;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Accounts;

public sealed class SessionTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_password_ends_every_other_session_and_keeps_the_one_that_set_it()
    {
        var person = await server.JoinAsync();
        using var session = await SignInAsync(person.Account.Email, Person.Password);
        using var other = await SignInAsync(person.Account.Email, Person.Password);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel)).StatusCode);

        using var changed = await session.PostAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(Person.Password, "another long password"), AssayJson.Options, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel)).StatusCode);
        using var again = await SignInAsync(person.Account.Email, "another long password");
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_password_is_not_changed_without_the_old_one_or_to_a_short_one()
    {
        var person = await server.JoinAsync();
        using var session = await SignInAsync(person.Account.Email, Person.Password);

        using var wrong = await session.PostAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest("not the password", "another long password"), AssayJson.Options, Cancel);
        using var small = await session.PostAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(Person.Password, "short"), AssayJson.Options, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, small.StatusCode);
        (await SignInAsync(person.Account.Email, Person.Password)).Dispose();
    }

    [Fact]
    public async Task A_session_takes_on_a_new_role_at_once()
    {
        var person = await server.JoinAsync();
        using var session = await SignInAsync(person.Account.Email, Person.Password);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.GetAsync(new Uri("/api/v1/review/next", UriKind.Relative), Cancel)).StatusCode);

        await server.Get<DbWriter>().WriteAsync((db, stop) => db.Accounts.Where(row => row.Id == person.Account.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Roles, $"{Roles.Owner},{Roles.Reviewer},{Roles.Contributor}"), stop), Cancel);

        Assert.Equal(HttpStatusCode.NoContent, (await session.GetAsync(new Uri("/api/v1/review/next", UriKind.Relative), Cancel)).StatusCode);
    }

    private async Task<HttpClient> SignInAsync(string email, string password)
    {
        var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = server.Address };
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new SignInRequest(email, password), AssayJson.Options, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return client;
    }
}
