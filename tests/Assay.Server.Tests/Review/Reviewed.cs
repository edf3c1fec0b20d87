using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Leaderboard;
using Assay.Client.Review;

namespace Assay.Server.Tests.Review;

/// <summary>Servers with files in review, and reviewers at work.</summary>
internal static class Reviewed
{
    /// <summary>A server without audits: a test that wants one says so.</summary>
    public static Task<AssayServer> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <inheritdoc cref="StartAsync(string[])"/>
    public static Task<AssayServer> StartAsync(TimeProvider? clock, params string[] settings) =>
        AssayServer.StartAsync(clock, [.. settings, .. ((string[])["Review:AuditShare=0", "Review:AuditShareUnproven=0"]).Where(setting => !settings.Any(given => given.StartsWith(setting[..^1], StringComparison.Ordinal)))]);

    /// <summary>A person with one accepted file and one in the review band.</summary>
    public static async Task<(Person Person, ContributionView View)> BorderlineAsync(this AssayServer server, params string[] roles)
    {
        var person = await server.JoinAsync(roles);
        var datanet = await person.OpenSamplesAsync();
        await person.ContributeAsync(datanet.Id, "gauge.md", Texts.Sample("careful/01-tide-gauge.md"));
        var id = (await person.ContributeAsync(datanet.Id, "recipe.md", Texts.Sample("prolific/10-recipe.md"))).Id;
        await server.ValidateAsync();
        var view = await person.ContributionAsync(id);
        Assert.Equal("review", view.State);
        await Eventually.TrueAsync(async () => (await person.GetAsync<BoardView>("/api/v1/leaderboard")).Rows.Count > 0);
        return (person, view);
    }

    /// <summary>A person with a file that the rules rejected.</summary>
    public static async Task<(Person Person, ContributionView View)> RejectedAsync(this AssayServer server, string datanet)
    {
        var person = await server.JoinAsync();
        var id = (await person.ContributeAsync(datanet, "leaked.md", [.. Texts.Note($"Sluice{Guid.NewGuid():n}"), .. Texts.Sample("prolific/16-secret.md")])).Id;
        await server.ValidateAsync();
        var view = await Eventually.GetAsync(async () => await person.ContributionAsync(id) is { VerdictIndex: not null } indexed ? indexed : null);
        Assert.Equal("rejected", view.State);
        return (person, view);
    }

    /// <summary>The file that chance gives; null when there is none.</summary>
    public static async Task<ReviewItem?> NextAsync(this Person reviewer)
    {
        using var answer = await reviewer.PostAsync("/api/v1/review/next", new { });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await Person.ReadAsync<ReviewItem>(answer);
    }

    /// <summary>Asks for a file and votes on it.</summary>
    public static async Task<ReviewItem> VoteNextAsync(this Person reviewer, bool accept, string reason = "As the purpose says.")
    {
        var item = await reviewer.NextAsync();
        Assert.NotNull(item);
        await reviewer.PostAsync<VoteView>($"/api/v1/review/assignments/{item.AssignmentId}/vote", new VoteRequest(accept, reason));
        return item;
    }
}
