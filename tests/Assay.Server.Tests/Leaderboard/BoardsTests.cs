using System.Net;
using Assay.Client.Leaderboard;
using Assay.Ledger.Entries;
using Assay.Ledger.Replay;
using Assay.Server.Leaderboard;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Leaderboard;

public sealed class BoardsTests
{
    [Fact]
    public async Task The_board_is_a_replay_of_the_ledger_from_entry_0_before_and_after_a_restart()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (careful, prolific) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = (await careful.OpenSamplesAsync()).Id;
        foreach (var name in (string[])["careful/01-tide-gauge.md", "careful/02-buoy.md", "careful/09-clock.txt"])
        {
            await careful.ContributeAsync(datanet, name, Texts.Sample(name));
        }

        foreach (var name in (string[])["prolific/01-wave-spectrum.md", "prolific/11-garbage.txt", "prolific/13-truncated.docx"])
        {
            await prolific.ContributeAsync(datanet, name, Texts.Sample(name));
        }

        await server.ValidateAsync();
        await Eventually.TrueAsync(async () => (await BoardAsync(careful, datanet)).Rows.Sum(row => row.Decided) == 6);

        var board = await BoardAsync(careful, datanet);
        Assert.Equal([careful.Account.Id, prolific.Account.Id], board.Rows.Select(row => row.AccountId));
        Assert.Equal([(3, 3), (1, 3)], board.Rows.Select(row => (row.Accepted, row.Decided)));
        Assert.Equal(await ReplayAsync(server, datanet), board.Rows.Select(row => (row.AccountId, row.Standing, row.Live, row.Accepted, row.Decided)));

        await server.RestartAsync();
        var again = careful with { Http = server.Client(careful.Key) };
        Assert.Equal(board.Rows, (await BoardAsync(again, datanet)).Rows);
    }

    [Fact]
    public async Task Boards_are_of_all_time_or_of_this_season()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();

        Assert.Equal("all", (await person.GetAsync<BoardView>("/api/v1/leaderboard")).Period);
        Assert.Matches("^[0-9]{4}-Q[1-4]$", (await person.GetAsync<BoardView>("/api/v1/leaderboard?period=season")).Period);
        await person.Http.GetAsync(new Uri("/api/v1/leaderboard?period=decade", UriKind.Relative), TestContext.Current.CancellationToken).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(8, 10, 0.4902, 0.9433)]
    public void The_interval_is_Wilsons(int accepted, int decided, double low, double high)
    {
        var interval = Boards.Interval(accepted, decided);

        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    private static async Task<List<(string, long, long, int, int)>> ReplayAsync(AssayServer server, string datanet)
    {
        var boards = new StandingBoards();
        await using var db = server.Read();
        foreach (var row in await db.LedgerEntries.OrderBy(row => row.Index).ToListAsync(TestContext.Current.CancellationToken))
        {
            boards.Apply(EntryTypes.Parse(row.Bytes), row.Index!.Value);
        }

        return [.. boards.Rank(new BoardId(datanet, null)).Select(row => (row.Account, row.Value, row.Live, row.Accepted, row.Decided))];
    }

    private static Task<BoardView> BoardAsync(Person person, string datanet) => person.GetAsync<BoardView>($"/api/v1/datanets/{datanet}/leaderboard");
}
