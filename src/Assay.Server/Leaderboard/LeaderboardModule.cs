using Assay.Client.Leaderboard;
using Assay.Server.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Leaderboard;

/// <summary>Standings: acceptance rate before volume, and a rejection lowers nobody.</summary>
internal static class LeaderboardModule
{
    public static void AddLeaderboard(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StandingFollower>();
        builder.Services.AddSingleton<Boards>();
    }

    public static void MapLeaderboard(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Leaderboard");
        group.MapGet("/leaderboard", (Boards boards, CancellationToken cancel, string period = "all") => ReadAsync(null, period, boards, cancel));
        group.MapGet("/datanets/{id}/leaderboard", (string id, Boards boards, CancellationToken cancel, string period = "all") => ReadAsync(id, period, boards, cancel));
    }

    private static async Task<Results<Ok<BoardView>, ProblemHttpResult>> ReadAsync(string? datanetId, string period, Boards boards, CancellationToken cancel) =>
        period is "all" or "season"
            ? TypedResults.Ok(await boards.ReadAsync(datanetId, period == "season", cancel))
            : Refusal.Invalid($"period is '{period}'; it may be all or season.").ToProblem();
}
