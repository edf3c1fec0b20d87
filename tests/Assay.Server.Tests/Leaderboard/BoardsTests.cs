using System.Net;
using Assay.Client.Leaderboard;
using Assay.Ledger.Entries;
using Assay.Ledger.Replay;
using Assay.Server.Leaderboard;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public async Task Movement_is_counted_from_the_ranks_at_the_beginning_of_the_UTC_day_also_after_a_restart()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using var server = await AssayServer.StartAsync(clock);
        var (ann, bob, late) = (await server.JoinAsync(), await server.JoinAsync(), await server.JoinAsync());
        await DecideAsync(server, [(ann, true), (ann, true), (bob, true)]);
        Assert.Equal([null, (int?)null], (await PlatformAsync(ann)).Rows.Select(row => row.Movement));

        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([0, (int?)0], (await PlatformAsync(ann)).Rows.Select(row => row.Movement));
        await DecideAsync(server, [(bob, true), (bob, true), (bob, true), (late, false)]);

        (string, int?, int)[] expected = [(bob.Account.Id, 1, 2), (ann.Account.Id, -1, 1), (late.Account.Id, null, 1)];
        Assert.Equal(expected, (await PlatformAsync(ann)).Rows.Select(row => (row.AccountId, row.Movement, row.ActiveDays)));
        await server.RestartAsync();
        Assert.Equal(expected, (await PlatformAsync(ann with { Http = server.Client(ann.Key) })).Rows.Select(row => (row.AccountId, row.Movement, row.ActiveDays)));
    }

    [Fact]
    public async Task The_readers_row_is_shown_with_its_neighbours_when_it_is_below_the_rows_asked_for()
    {
        await using var server = await AssayServer.StartAsync(null);
        var people = new List<Person>();
        for (var i = 0; i < 12; i++)
        {
            people.Add(await server.JoinAsync());
        }

        // The i-th person has 12 − i accepted files: the order of joining is the order of the board.
        await DecideAsync(server, [.. people.SelectMany((person, i) => Enumerable.Repeat((person, true), 12 - i))]);
        var board = await people[7].GetAsync<BoardView>("/api/v1/leaderboard?count=3");

        Assert.Equal(12, board.Total);
        Assert.Equal([1, 2, 3], board.Rows.Select(row => row.Rank));
        Assert.Equal([6, 7, 8, 9, 10], board.Own.Select(row => row.Rank));
        Assert.Equal(people[7].Account.Id, board.Own[2].AccountId);
        Assert.Equal((5, 5), (board.Own[2].RecentAccepted, board.Own[2].Recent));
        Assert.Equal([4, 5, 6], (await people[3].GetAsync<BoardView>("/api/v1/leaderboard?count=3")).Own.Select(row => row.Rank));
        Assert.Empty((await people[1].GetAsync<BoardView>("/api/v1/leaderboard?count=3")).Own);
        Assert.Equal([9, 10, 11, 12], (await people[10].GetAsync<BoardView>("/api/v1/leaderboard?count=3")).Own.Select(row => row.Rank));

        await people[0].Http.GetAsync(new Uri("/api/v1/leaderboard?count=0", UriKind.Relative), TestContext.Current.CancellationToken).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        var page = await server.Anonymous.GetStringAsync(new Uri("/leaderboard", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("Last 10", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_board_is_a_CSV_file_of_one_row_per_account()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        await DecideAsync(server, [(person, true), (person, true), (person, false)]);

        var answer = await server.Anonymous.GetAsync(new Uri("/api/v1/leaderboard.csv?period=season", UriKind.Relative), TestContext.Current.CancellationToken);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n");

        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("rank,account,name,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"1,{person.Account.Id},\"{person.Account.Name}\",0.342371952,0.207654955,2,3,", lines[1], StringComparison.Ordinal);
        await server.Anonymous.GetAsync(new Uri("/api/v1/leaderboard.csv?period=2026-Q5", UriKind.Relative), TestContext.Current.CancellationToken).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Theory]
    [InlineData("Ann", "\"Ann\"")]
    [InlineData("A \"B\", C", "\"A \"\"B\"\", C\"")]
    [InlineData("=HYPERLINK(1)", "\"'=HYPERLINK(1)\"")]
    [InlineData("-1+1", "\"'-1+1\"")]
    public void A_name_never_becomes_a_formula_or_a_second_cell(string name, string field) => Assert.Equal(field, BoardCsv.Field(name));

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

    private static Task<BoardView> PlatformAsync(Person person) => person.GetAsync<BoardView>("/api/v1/leaderboard");

    /// <summary>Writes contributions and their verdicts on the ledger, as deciding real files would.</summary>
    private static async Task DecideAsync(AssayServer server, IReadOnlyList<(Person Who, bool Accepted)> decisions)
    {
        var now = server.Get<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds();
        var ledger = server.Get<LedgerSequencer>();
        var before = (await PlatformAsync(decisions[0].Who)).Rows.Sum(row => row.Decided);
        foreach (var (who, accepted) in decisions)
        {
            var row = await server.Get<DbWriter>().WriteAsync((db, _) => Task.FromResult(db.Append(
                new ContribEntry(who.Account.Id, "d_0000000000000001", new string('0', 64), 1, "text", "txt", "CC0-1.0", Guid.NewGuid().ToString("n"), Convert.ToBase64String(new byte[64])) { Timestamp = now })),
                TestContext.Current.CancellationToken);
            ledger.Wake();
            var index = await ledger.IndexOfAsync(row.Id, TestContext.Current.CancellationToken);
            await server.Get<DbWriter>().WriteAsync((db, _) => Task.FromResult(db.Append(
                new VerdictEntry(index, 1, accepted ? VerdictEntry.Accepted : VerdictEntry.Rejected, 700, new string('0', 64), 0, VerdictEntry.Auto) { Timestamp = now })),
                TestContext.Current.CancellationToken);
        }

        ledger.Wake();
        await Eventually.TrueAsync(async () => (await PlatformAsync(decisions[0].Who)).Rows.Sum(row => row.Decided) == before + decisions.Count);
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
