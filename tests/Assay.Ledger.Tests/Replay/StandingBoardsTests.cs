using Assay.Ledger.Entries;
using Assay.Ledger.Replay;

namespace Assay.Ledger.Tests.Replay;

public sealed class StandingBoardsTests
{
    private const string Ann = "a_000000000000000a";
    private const string Bob = "a_000000000000000b";
    private const string Recipes = "d_0000000000000001";
    private const string Songs = "d_0000000000000002";

    private static readonly long Autumn = new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly long Winter = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    [Fact]
    public void A_decision_counts_on_the_platform_and_datanet_boards_of_all_time_and_of_its_season()
    {
        var boards = Replay(Contrib(Ann, Recipes), Contrib(Bob, Songs), Verdict(0, VerdictEntry.Accepted), Verdict(1, VerdictEntry.Rejected));

        Assert.Equal([Ann, Bob], boards.Rank(new BoardId()).Select(standing => standing.Account));
        Assert.Equal([Ann, Bob], boards.Rank(new BoardId(Season: "2026-Q4")).Select(standing => standing.Account));
        Assert.Equal([Ann], boards.Rank(new BoardId(Recipes)).Select(standing => standing.Account));
        Assert.Equal([Bob], boards.Rank(new BoardId(Songs, "2026-Q4")).Select(standing => standing.Account));
        Assert.Empty(boards.Rank(new BoardId(Season: "2027-Q1")));
        Assert.Equal(6, boards.Boards.Count);
    }

    [Fact]
    public void Review_is_no_decision()
    {
        var boards = Replay(Contrib(Ann, Recipes), Verdict(0, VerdictEntry.Review));

        Assert.Empty(boards.Rank(new BoardId()));
    }

    [Fact]
    public void An_appeal_decided_in_the_next_season_changes_the_season_of_the_first_decision()
    {
        var boards = Replay(Contrib(Ann, Recipes), Verdict(0, VerdictEntry.Rejected), Verdict(0, VerdictEntry.Accepted, 2, Winter));

        var standing = Assert.Single(boards.Rank(new BoardId(Season: "2026-Q4")));
        Assert.Equal((1, 1, 2), (standing.Accepted, standing.Decided, standing.ReachedAt));
        Assert.Empty(boards.Rank(new BoardId(Season: "2027-Q1")));
    }

    [Theory]
    [InlineData(RemoveEntry.Withdraw, 1)]
    [InlineData(RemoveEntry.Takedown, 1)]
    [InlineData(RemoveEntry.Void, 0)]
    public void Only_a_void_takes_an_acceptance_back(string kind, int accepted)
    {
        var boards = Replay(Contrib(Ann, Recipes), Verdict(0, VerdictEntry.Accepted), new RemoveEntry(0, kind, "reason", Ann) { Timestamp = Winter });

        Assert.Equal((accepted, 1), (boards.Rank(new BoardId())[0].Accepted, boards.Rank(new BoardId())[0].Decided));
    }

    [Fact]
    public void A_void_before_the_first_decision_holds_for_it()
    {
        var boards = Replay(Contrib(Ann, Recipes), new RemoveEntry(0, RemoveEntry.Void, "reason", Bob) { Timestamp = Autumn }, Verdict(0, VerdictEntry.Accepted));

        Assert.Equal((0, 1), (boards.Rank(new BoardId())[0].Accepted, boards.Rank(new BoardId())[0].Decided));
    }

    [Fact]
    public void An_import_of_the_owner_stands_on_no_board()
    {
        var boards = Replay(Contrib(Ann, Recipes) with { Import = "b_0000000000000001" }, Verdict(0, VerdictEntry.Accepted), Contrib(Ann, Recipes), Verdict(2, VerdictEntry.Rejected));

        Assert.Equal((0, 1), (boards.Rank(new BoardId())[0].Accepted, boards.Rank(new BoardId())[0].Decided));
    }

    [Fact]
    public void A_verdict_on_what_is_no_contribution_is_a_broken_ledger() =>
        Assert.Throws<LedgerCorruptException>(() => Replay(Contrib(Ann, Recipes), Verdict(7, VerdictEntry.Accepted)));

    [Fact]
    public void Thousands_of_decisions_of_one_account_replay_quickly()
    {
        var entries = new List<LedgerEntry>();
        for (var i = 0; i < 3000; i++)
        {
            entries.Add(Contrib(Ann, Recipes));
            entries.Add(Verdict(2 * i, i % 5 == 0 ? VerdictEntry.Rejected : VerdictEntry.Accepted));
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var boards = Replay([.. entries]);

        Assert.Equal(3000, boards.Rank(new BoardId())[0].Decided);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    private static StandingBoards Replay(params LedgerEntry[] entries)
    {
        var boards = new StandingBoards();
        foreach (var (index, entry) in entries.Index())
        {
            boards.Apply(entry, index);
        }

        return boards;
    }

    private static ContribEntry Contrib(string account, string datanet) =>
        new(account, datanet, new string('0', 64), 1, "text", "txt", "CC0-1.0", "op", Convert.ToBase64String(new byte[64])) { Timestamp = Autumn };

    private static VerdictEntry Verdict(long contribution, string result, long sequence = 1, long? timestamp = null) =>
        new(contribution, sequence, result, 700, new string('0', 64), 0, VerdictEntry.Auto) { Timestamp = timestamp ?? Autumn };
}
