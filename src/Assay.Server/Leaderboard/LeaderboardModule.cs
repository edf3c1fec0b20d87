using System.Text;
using Assay.Client.Leaderboard;
using Assay.Ledger.Replay;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

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
        group.MapGet("/leaderboard", (Boards boards, AssayDb db, CurrentUser user, CancellationToken cancel, string period = "all", int count = Boards.DefaultRows) =>
            ReadAsync(null, db, period, count, user, boards, cancel));
        group.MapGet("/datanets/{id}/leaderboard", (string id, Boards boards, AssayDb db, CurrentUser user, CancellationToken cancel, string period = "all", int count = Boards.DefaultRows) =>
            ReadAsync(id, db, period, count, user, boards, cancel));
        group.MapGet("/leaderboard.csv", (Boards boards, AssayDb db, CurrentUser user, CancellationToken cancel, string period = "all") => CsvAsync(null, db, period, user, boards, cancel));
        group.MapGet("/datanets/{id}/leaderboard.csv", (string id, Boards boards, AssayDb db, CurrentUser user, CancellationToken cancel, string period = "all") => CsvAsync(id, db, period, user, boards, cancel));
    }

    private static async Task<Results<Ok<BoardView>, ProblemHttpResult>> ReadAsync(string? datanetId, AssayDb db, string period, int count, CurrentUser user, Boards boards, CancellationToken cancel)
    {
        if (await RefuseAsync(datanetId, db, user, cancel) is { } unknown)
        {
            return unknown.ToProblem();
        }

        if (count is < 1 or > Boards.MostRows)
        {
            return Refusal.Invalid($"count is {count}; it may be 1 to {Boards.MostRows}. The whole board is in leaderboard.csv.").ToProblem();
        }

        return boards.TrySeason(period, out var season)
            ? TypedResults.Ok(await boards.ReadAsync(new BoardId(datanetId, season), count, user.SignedIn ? user.Id : null, cancel))
            : UnknownPeriod(period);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> CsvAsync(string? datanetId, AssayDb db, string period, CurrentUser user, Boards boards, CancellationToken cancel)
    {
        if (await RefuseAsync(datanetId, db, user, cancel) is { } unknown)
        {
            return unknown.ToProblem();
        }

        if (!boards.TrySeason(period, out var season))
        {
            return UnknownPeriod(period);
        }

        var board = await boards.ReadAsync(new BoardId(datanetId, season), int.MaxValue, null, cancel);
        return TypedResults.File(Encoding.UTF8.GetBytes(BoardCsv.Write(board)), BoardCsv.MediaType, $"leaderboard-{board.Scope}-{board.Period}.csv");
    }

    private static async Task<Refusal?> RefuseAsync(string? datanetId, AssayDb db, CurrentUser user, CancellationToken cancel) =>
        datanetId is null || await Readable.Datanets(db, user.Viewer).AnyAsync(row => row.Id == datanetId, cancel) ? null : Refusal.NotFound("datanet", datanetId);

    private static ProblemHttpResult UnknownPeriod(string period) =>
        Refusal.Invalid($"period is '{period}'; it may be all, season (this quarter) or a quarter such as 2026-Q4.").ToProblem();
}
