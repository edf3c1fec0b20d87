using System.Globalization;
using System.Net;
using Assay.Testing;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>Who may call what: every route the server has, as everybody who can stand to a private datanet, against a table that people wrote.</summary>
public sealed class RoutesByRoleTests(PrivateWorld world) : IClassFixture<PrivateWorld>
{
    private static readonly string[] Columns = ["nobody", "stranger", "contributor", "reviewer", "builder", "owner", "operator"];

    /// <summary>Those who may do the most come last, so that what a command changes does not hide what others may.</summary>
    private static readonly string[] Order = ["nobody", "stranger", "reviewer", "builder", "contributor", "operator", "owner"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_answers_everybody_as_the_table_says()
    {
        // A new route is a new line of this file, written by a person who knows who may call it. Outcomes: ok (whatever came of it), 401, 403, 404.
        var lines = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "tests", "Assay.Server.Tests", "Shared", "Security", "routes-by-role.txt"), Cancel)).Where(line => line.Length > 0 && line[0] != '#').ToList();
        var routes = Routes.Of(world.Server);
        Assert.Equal(lines.Select(line => Words(line)[..2]).Select(words => $"{words[0]} {words[1]}"), routes.Select(route => $"{route.Method} {route.Pattern}"));

        var requests = new RouteRequests(world);
        var wrong = new List<string>();
        foreach (var line in lines.OrderBy(RouteRequests.Destroys))
        {
            var words = Words(line);
            var outcomes = new Dictionary<string, string>();
            foreach (var who in Order)
            {
                outcomes[who] = await OutcomeAsync(requests.Make(words[0], words[1], who), who);
            }

            var actual = string.Join(' ', Columns.Select(who => outcomes[who]));
            if (actual != string.Join(' ', words[2..]))
            {
                wrong.Add($"{words[0],-7} {words[1],-58} {string.Join(' ', Columns.Select(who => $"{outcomes[who],-3}"))}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Count} routes answer otherwise ({string.Join(' ', Columns)}):\n{string.Join('\n', wrong)}");
        Assert.Empty(world.Server.Failures.Seen);
    }

    private async Task<string> OutcomeAsync(HttpRequestMessage request, string who)
    {
        using var sent = request;
        using var answer = await ClientOf(who).SendAsync(sent, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var status = answer.StatusCode;
        if (status == HttpStatusCode.Redirect)
        {
            var to = answer.Headers.Location!.OriginalString;
            status = to.Contains("/sign-in", StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : to.Contains("/status/403", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : status;
        }

        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream"
            && (await answer.Content.ReadAsStringAsync(Cancel)).Contains("event: refused", StringComparison.Ordinal))
        {
            status = HttpStatusCode.NotFound; // its headers were gone before the model was looked for
        }

        return status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound || (int)status >= 500
            ? ((int)status).ToString(CultureInfo.InvariantCulture)
            : "ok";
    }

    private HttpClient ClientOf(string who) => who == "nobody" ? world.Server.Anonymous : RouteRequests.PersonOf(world, who).Http;

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
