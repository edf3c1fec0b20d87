using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Assay.Client;
using Assay.Client.Access;
using Assay.Client.Accounts;
using Assay.Client.Chat;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Models;
using Assay.Client.Review;
using Assay.Client.Runs;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>A request to each route about something that exists, which succeeds, or fails for a reason of its own, when the caller may make it.</summary>
internal sealed class RouteRequests(PrivateWorld world)
{
    /// <summary>Commands after which a part of the world is gone; they come last, in this order.</summary>
    private static readonly string[] Last =
    [
        "POST /api/v1/review/assignments/{id}/vote", "POST /api/v1/contributions/{id}/decision", "DELETE /api/v1/uploads/{id}", "POST /api/v1/contributions/{id}/removal",
        "DELETE /api/v1/datanets/{id}/members", "DELETE /api/v1/exports/{id}", "DELETE /api/v1/keys/{id}",
    ];

    private int _made;

    /// <summary>The larger, the later.</summary>
    public static int Destroys(string line) => Array.FindIndex(Last, command => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]) == command);

    public static Person PersonOf(PrivateWorld world, string who) => who switch
    {
        "stranger" => world.Stranger,
        "contributor" => world.Contributor,
        "reviewer" => world.Reviewer,
        "builder" => world.Builder,
        "owner" => world.Owner,
        "operator" => world.Operator,
        _ => world.Guest, // whose words nobody repeats
    };

    public HttpRequestMessage Make(string method, string pattern, string who)
    {
        _made++;
        var request = new HttpRequestMessage(new HttpMethod(method), Fill(pattern) + QueryOf(method, pattern)) { Content = BodyOf($"{method} {pattern}", who) };
        request.Headers.Accept.ParseAdd(pattern.StartsWith("/api", StringComparison.Ordinal) || pattern.StartsWith("/v1", StringComparison.Ordinal) ? "application/json" : "text/html");
        request.Headers.Add("Idempotency-Key", $"route-{_made}");
        if (pattern.StartsWith("/api/v1/uploads", StringComparison.Ordinal))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add("Upload-Length", "500");
            request.Headers.Add("Upload-Offset", "7");
            request.Headers.Add("Upload-Metadata", $"datanet {Encoded(world.Datanet.Id)},filename {Encoded("part.md")},licence {Encoded(Person.Licence)}");
        }

        return request;
    }

    /// <summary>The world's own ids in the places of a pattern.</summary>
    private string Fill(string pattern)
    {
        var id = pattern switch
        {
            "/api/v1/contributions/{id}/appeal" => world.Rejected,
            "/api/v1/contributions/{id}/decision" => world.Waiting,
            "/api/v1/contributions/{id}/removal" => world.Doomed,
            "/api/v1/review/reviewers/{id}/resume" => world.Reviewer.Account.Id,
            _ when pattern.Contains("/datanets/", StringComparison.Ordinal) => world.Datanet.Id,
            _ when pattern.Contains("/contributions/", StringComparison.Ordinal) => world.Accepted,
            _ when pattern.Contains("/snapshots/", StringComparison.Ordinal) => world.Versions[1].Id,
            _ when pattern.Contains("/runs/", StringComparison.Ordinal) => world.Run.Id,
            _ when pattern.Contains("/exports/", StringComparison.Ordinal) => world.Export,
            _ when pattern.Contains("/answers/", StringComparison.Ordinal) => world.Answer.Id,
            _ when pattern.Contains("/access/", StringComparison.Ordinal) => world.Access,
            _ when pattern.Contains("/test-sets/", StringComparison.Ordinal) => world.TestSet,
            _ when pattern.Contains("/keys/", StringComparison.Ordinal) => world.Key.Id,
            _ when pattern.Contains("/uploads/", StringComparison.Ordinal) => world.Upload,
            _ when pattern.Contains("/accounts/", StringComparison.Ordinal) => world.Contributor.Account.Id,
            _ when pattern.Contains("/assignments/", StringComparison.Ordinal) => world.Assignment.ToString(CultureInfo.InvariantCulture),
            _ => "0",
        };
        return pattern.Replace("{id}", id, StringComparison.Ordinal).Replace("{number}", "1", StringComparison.Ordinal).Replace("{index}", "0", StringComparison.Ordinal)
            .Replace("{code}", "429", StringComparison.Ordinal).Replace("{import}", world.Import, StringComparison.Ordinal).Replace("{job}", "1", StringComparison.Ordinal)
            .Replace("{rule}", "derived", StringComparison.Ordinal).Replace("{assignment}", world.Assignment.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{name}", Uri.EscapeDataString(world.Run.ModelName!), StringComparison.Ordinal).Replace("{file}", "adapter_config.json", StringComparison.Ordinal)
            .Replace("{**path}", pattern.Contains("tile", StringComparison.Ordinal) ? TileName() : "nothing", StringComparison.Ordinal);
    }

    private string QueryOf(string method, string pattern) => (method, pattern) switch
    {
        ("GET", "/api/v1/me/quota") or ("GET", "/api/v1/test-sets") or ("GET", "/contribute") or ("GET", "/leaderboard") => $"?datanet={world.Datanet.Id}",
        ("GET", "/api/v1/snapshots/{id}/diff") => $"?from={world.Versions[0].Id}",
        ("DELETE", "/api/v1/datanets/{id}/members") => $"?email={world.Guest.Account.Email}&role=contributor",
        ("POST", "/api/v1/datanets/{id}/contributions") => $"?file_name=route{_made}.md&licence={Person.Licence}",
        ("POST", "/api/v1/validate") => $"?datanet={world.Datanet.Id}&file_name=program.exe&licence={Person.Licence}", // judged by its name: nothing needs a worker
        _ => "",
    };

    private HttpContent? BodyOf(string route, string who)
    {
        object? json = route switch
        {
            "PATCH /api/v1/accounts/{id}/limits" => new ChangeAccountLimitsRequest(FilesPerDay: 100),
            "PATCH /api/v1/datanets/{id}" => new ChangeSettingsRequest("Another summary"),
            "PATCH /api/v1/datanets/{id}/limits" => new ChangeLimitsRequest(FairSharePercent: 90),
            "POST /api/v1/access/{id}" => new AccessDecision("decline", "Not now."),
            "POST /api/v1/account-links" => new AccountLinkRequest(world.Guest.Account.Id),
            "POST /api/v1/accounts" => new SignUpRequest($"route{_made}@example.org", "Somebody", Person.Password),
            "POST /api/v1/answers/{id}/correction" => new CorrectionRequest(world.Datanet.Id, "Corrected."),
            "POST /api/v1/chat" or "POST /api/v1/chat/stream" or "POST /v1/chat/completions" => PrivateWorld.Question(world.Run.ModelName!, "Hello"),
            "POST /api/v1/contributions/{id}/appeal" => new AppealRequest("Look again."),
            "POST /api/v1/contributions/{id}/decision" => new VoteRequest(true, "It belongs."),
            "POST /api/v1/contributions/{id}/gold" => new GoldRequest(true),
            "POST /api/v1/contributions/{id}/removal" => new RemovalRequest("takedown", "policy"),
            "POST /api/v1/datanets" => new { name = $"Of {who} {_made}", kind = "text", purpose = Person.Purpose, licences = new[] { Person.Licence } },
            "POST /api/v1/datanets/{id}/access" => new AccessRequest(Frozen.Purpose, true),
            "POST /api/v1/datanets/{id}/imports" => new OpenImportRequest("Another corpus"),
            "POST /api/v1/datanets/{id}/members" => new InviteRequest(world.Guest.Account.Email),
            "POST /api/v1/datanets/{id}/quiz" => new QuizAnswers([0]),
            "PUT /api/v1/datanets/{id}/quiz" => new QuizDraft([new QuizQuestion("What is it measured in?", ["metres", "feet"], 0)]),
            "POST /api/v1/datanets/{id}/state" => new ChangeStateRequest("archived", "To see who may."), // it is open: nobody can, and who may is told so
            "POST /api/v1/keys" => new CreateKeyRequest("Route", null, 1),
            "POST /api/v1/me/password" => new ChangePasswordRequest(Person.Password, "short"),
            "POST /api/v1/review/assignments/{id}/vote" => new VoteRequest(true, "It belongs."),
            "POST /api/v1/roles" => new GrantRoleRequest(world.Guest.Account.Email, "contributor"),
            "POST /api/v1/runs" or "POST /api/v1/runs/look" => new StartRunRequest(PrivateWorld.Base, [world.Versions[0].Id], "Route", world.Run.Settings),
            "POST /api/v1/runs/{id}/exports" => new ExportRequest("adapter"),
            "POST /api/v1/session" => new SignInRequest(PersonOf(world, who).Account.Email, Person.Password),
            "POST /api/v1/test-sets" => new { name = "Another", items = new[] { "thirteen words that stand in a test and must not be trained on at all" }, datanet = world.Datanet.Id },
            _ when route.StartsWith("POST", StringComparison.Ordinal) => new { },
            _ => null,
        };
        return route switch
        {
            "POST /api/v1/datanets/{id}/contributions" or "POST /api/v1/validate" => new ByteArrayContent(Encoding.UTF8.GetBytes($"Words {Guid.NewGuid()}")),
            "PATCH /api/v1/uploads/{id}" => new ByteArrayContent("piece"u8.ToArray()) { Headers = { { "Content-Type", "application/offset+octet-stream" } } },
            "POST /api/v1/ledger/receipts" => new ByteArrayContent("no receipt"u8.ToArray()),
            _ => json is null ? null : JsonContent.Create(json, json.GetType(), options: AssayJson.Options),
        };
    }

    private string TileName()
    {
        var tiles = Path.Combine(world.Server.Paths.Ledger, "tile");
        return Path.GetRelativePath(tiles, Directory.EnumerateFiles(tiles, "*", SearchOption.AllDirectories).First());
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
