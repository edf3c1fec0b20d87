using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Client.Datanets;
using Assay.Testing;

namespace Assay.Server.Tests.Faults;

/// <summary>Requests that mean harm: each gets a clear refusal, none an unhandled error, and nothing is stored.</summary>
public sealed partial class HostileRequestTests(AssayServer server) : IClassFixture<AssayServer>
{
    /// <summary>Every command of the API, as the snapshot of its description has it, with ids of nothing.</summary>
    private static readonly string[] Posts =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Assay.Server.Tests", "Shared", "Hosting", "openapi-paths.txt"))
            .Where(line => line.StartsWith("POST   /api/v1/", StringComparison.Ordinal)).Select(line => Identifier().Replace(line["POST   /api/v1/".Length..], "0")),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "empty", [] },
        { "null", "null"u8.ToArray() },
        { "empty object", "{}"u8.ToArray() },
        { "array", "[]"u8.ToArray() },
        { "cut", "{\"name\":"u8.ToArray() },
        { "wrong types", """{"email":1,"name":[],"password":{},"role":1,"purpose":false,"accept_terms":"yes","action":7,"base":{},"snapshots":"s","model":0,"messages":"hi","accept":"x","reason":[],"text":3,"state":1}"""u8.ToArray() },
        { "nulls", """{"email":null,"name":null,"password":null,"role":null,"purpose":null,"accept_terms":null,"action":null,"base":null,"snapshots":[null],"model":null,"messages":[null],"accept":null,"reason":null,"text":null,"state":null,"licences":[null],"kind":null}"""u8.ToArray() },
        { "invalid UTF-8", [.. "{\"name\":\""u8, 0xff, 0xfe, 0xc0, 0x80, .. "\"}"u8] },
        { "lone surrogate", "{\"name\":\"\\ud800\",\"email\":\"\\udfff\"}"u8.ToArray() },
        { "deep", Encoding.ASCII.GetBytes(new string('[', 100_000)) },
        { "huge number", "{\"accept\":1e999999,\"days\":99999999999999999999}"u8.ToArray() },
        { "duplicate members", """{"name":"a","name":"b","email":"a","email":"b"}"""u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Every_JSON_endpoint_refuses_a_bad_body(string kind, byte[] body)
    {
        var person = await server.JoinAsync("operator", "reviewer");
        foreach (var path in Posts.Where(path => path != "review/next")) // which reads no body
        {
            using var answer = await SendAsync(person.Http, "/api/v1/" + path, body);
            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{path}, {kind}: {(int)answer.StatusCode}");
        }

        using var openAi = await SendAsync(person.Http, "/v1/chat/completions", body);
        Assert.InRange((int)openAi.StatusCode, 400, 499);
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task A_body_of_three_megabytes_is_refused_before_it_is_read()
    {
        var person = await server.JoinAsync();
        var body = Encoding.ASCII.GetBytes($"{{\"name\":\"{new string('x', 3_000_000)}\"}}");

        using var answer = await SendAsync(person.Http, "/api/v1/datanets", body);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task Headers_beyond_sixteen_kilobytes_get_431()
    {
        using var request = new RawRequest(server.Address);

        var answer = await request.SendAsync($"GET /api/v1/datanets HTTP/1.1\r\nHost: {server.Address.Authority}\r\nX-Long: {new string('x', 20_000)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("GARBAGE\r\n\r\n")]
    [InlineData("GET /api/v1/datanets HTTP/1.1\r\n\r\n")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n")]
    [InlineData("GET /api/v1/datanets HTTP/1.1\r\nHost: x\r\nX-Bad: a\0b\r\n\r\n")]
    public async Task A_request_that_is_no_HTTP_is_refused_with_a_4xx_or_505(string text)
    {
        using var request = new RawRequest(server.Address);

        Assert.Matches("^HTTP/1.1 (4[0-9][0-9]|505) ", await request.SendAsync(text));
        Assert.Empty(server.Failures.Seen);
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("\"; DROP TABLE account; --")]
    [InlineData("..%2f..%2fassay.db")]
    [InlineData("%00")]
    [InlineData("%ff%fe")]
    [InlineData("%ef%bf%be")]
    [InlineData("{{7*7}}")]
    public async Task Ids_that_are_no_ids_find_nothing(string id)
    {
        var person = await server.JoinAsync("operator", "reviewer");
        var escaped = id.Contains('%', StringComparison.Ordinal) ? id : Uri.EscapeDataString(id);
        foreach (var path in (string[])["datanets/", "contributions/", "snapshots/", "runs/", "models/", "answers/"])
        {
            using var answer = await person.Http.GetAsync(new Uri($"/api/v1/{path}{escaped}", UriKind.Relative), Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{path}: {answer.StatusCode}");
        }

        using var list = await person.Http.GetAsync(new Uri($"/api/v1/datanets?search={escaped}", UriKind.Relative), Cancel);
        Assert.True(list.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest);
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task Markup_in_any_text_comes_back_encoded()
    {
        const string attack = "<img src=x onerror=alert(1)>";
        var person = await server.JoinAsync();
        var answer = await person.PostAsync("/api/v1/datanets", new
        {
            name = attack + Guid.NewGuid().ToString("n")[..8],
            kind = "text",
            purpose = attack + Person.Purpose,
            summary = attack,
            description = attack,
            licences = new[] { "MIT" },
            tags = new[] { attack },
        });
        var opened = await Person.ReadAsync<DatanetView>(answer);

        foreach (var path in (string[])[$"/api/v1/datanets/{opened.Id}", "/api/v1/datanets", "/api/v1/datanets/" + Uri.EscapeDataString(attack)])
        {
            using var shown = await person.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            Assert.EndsWith("json", shown.Content.Headers.ContentType?.MediaType, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", await shown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.Contains("script-src 'self'", Assert.Single(shown.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Everything_that_needs_somebody_refuses_nobody()
    {
        foreach (var path in Posts.Where(path => path is not ("accounts" or "session" or "ledger/receipts")))
        {
            using var refused = await SendAsync(server.Anonymous, "/api/v1/" + path, "{}"u8.ToArray());

            // An upload is told that its body has the wrong type before anybody asks who sends it.
            Assert.True(refused.StatusCode is HttpStatusCode.Unauthorized || (refused.StatusCode is HttpStatusCode.UnsupportedMediaType && path is "datanets/0/contributions" or "validate"), $"{path}: {(int)refused.StatusCode}");
        }

        foreach (var path in (string[])["me", "keys", "me/contributions", "me/quota", "access", "runs", "models", "review/next", "answers/i_0"])
        {
            await server.Anonymous.GetAsync(new Uri("/api/v1/" + path, UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Unauthorized);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string path, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Identifier();
}
