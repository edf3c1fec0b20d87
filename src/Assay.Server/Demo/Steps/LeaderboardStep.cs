using Assay.Client.Leaderboard;

namespace Assay.Server.Demo.Steps;

/// <summary>The board, and the rule at work: a rejection lowered nobody, and the careful contributor is above the prolific one.</summary>
internal static class LeaderboardStep
{
    private const double Billion = 1e9;

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        var decided = state.Decided.Count(view => view.State is "accepted" or "rejected");
        var board = await state.UntilAsync(async () =>
        {
            var read = await state.As("owner").GetAsync<BoardView>($"/api/v1/datanets/{state.Datanet.Id}/leaderboard?period=season", cancel);
            return read.Rows.Sum(row => row.Decided) == decided ? read : null;
        }, TimeSpan.FromSeconds(30), "The board with every decision", cancel);
        DemoScreen.Table(["Rank", "Name", "Standing", "Live bound", "Accepted", "95 % interval of the rate"], board.Rows.Select(row => (IReadOnlyList<string>)
        [
            $"{row.Rank}", row.Name, $"{row.Standing / Billion:P2}", $"{row.Live / Billion:P2}", $"{row.Accepted} of {row.Decided}", $"{row.RateLow:P1} to {row.RateHigh:P1}",
        ]));
        var careful = board.Rows.First(row => row.AccountId == state.People["careful"].Id);
        var prolific = board.Rows.First(row => row.AccountId == state.People["prolific"].Id);
        DemoScreen.Say($"{prolific.Name} stood at {state.StandingBeforeRejections / Billion:P2} before {prolific.Decided - prolific.Accepted} rejections and stands at {prolific.Standing / Billion:P2} now: a rejection lowers nobody.");
        DemoScreen.Say($"{prolific.Name} sent more files, {careful.Name} has the higher acceptance rate and stands above.");
        DemoFailedException.Unless(prolific.Standing >= state.StandingBeforeRejections && prolific.Decided > prolific.Accepted, "A rejection lowered a standing.");
        DemoFailedException.Unless(careful.Rank < prolific.Rank && careful.Decided < prolific.Decided, "The careful contributor is not above the prolific one.");
    }
}
