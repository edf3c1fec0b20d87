using Assay.Client;
using Assay.Client.Contributions;
using Assay.Client.Leaderboard;
using Assay.Client.Review;

namespace Assay.Server.Demo.Steps;

/// <summary>Sends the sample files in their order and compares each outcome with the expected one; then three files that the limits refuse.</summary>
internal static class ContributeStep
{
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        using var expected = state.Read("expected.json");
        foreach (var item in expected.RootElement.EnumerateArray())
        {
            var (file, who, outcome) = (item.GetProperty("file").GetString()!, item.GetProperty("contributor").GetString()!, item.GetProperty("expected").GetString()!);
            var content = await File.ReadAllBytesAsync(Path.Combine(state.Samples, file), cancel);
            var (view, refused) = await SendAsync(state, who, Path.GetFileName(file), content, cancel);
            if (view is null)
            {
                ContributionPrint.Refused(state.People[who].Name, file, refused!);
            }
            else
            {
                var quota = view.Quota!;
                view = await DecidedAsync(state, view.Id, cancel);
                state.Decided.Add(view);
                ContributionPrint.Decided(state.People[who].Name, file, view, quota);
                await RememberStandingAsync(state, who, view, cancel);
            }

            DemoFailedException.Unless((view?.State ?? "refused") == outcome, $"'{file}' should be {outcome} but is {view?.State ?? "refused"}. {refused?.Detail}");
        }

        await LimitsAsync(state, cancel);
        await ReviewAsync(state, cancel);
        state.Facts.Add(("Files sent", $"{expected.RootElement.GetArrayLength() + 3}"));
        foreach (var group in state.Decided.GroupBy(view => view.State).OrderBy(group => group.Key))
        {
            state.Facts.Add(($"  {group.Key}", $"{group.Count()}"));
        }
    }

    internal static Task<(ContributionView? View, AssayProblem? Refused)> SendAsync(DemoState state, string who, string name, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        state.As(who).ContributeAsync(state.Datanet.Id, new ContributionFacts(name, state.Datanet.Licences[0], "written for the Assay samples",
            "questions and answers about the Harbor library", "teaches exact answers", "en"), content, $"demo-{who}-{name}", cancel);

    internal static Task<ContributionView> DecidedAsync(DemoState state, string id, CancellationToken cancel) => state.UntilAsync(async () =>
    {
        var view = await state.As("owner").GetAsync<ContributionView>($"/api/v1/contributions/{id}", cancel);
        return view.DecidedAt is null ? null : view;
    }, Patience, $"The decision on {id}", cancel);

    /// <summary>Before the first rejection of the prolific contributor, what their good files have earned.</summary>
    private static async Task RememberStandingAsync(DemoState state, string who, ContributionView view, CancellationToken cancel)
    {
        if (who == "prolific" && view.State == "accepted")
        {
            var accepted = state.Decided.Count(one => one.AccountId == view.AccountId && one.State == "accepted");
            var row = await state.UntilAsync(async () => (await state.As("owner").GetAsync<BoardView>($"/api/v1/datanets/{state.Datanet.Id}/leaderboard", cancel))
                .Rows.FirstOrDefault(row => row.AccountId == view.AccountId && row.Accepted == accepted), Patience, "The new standing", cancel);
            state.StandingBeforeRejections = row.Standing;
        }
    }

    private static async Task LimitsAsync(DemoState state, CancellationToken cancel)
    {
        DemoScreen.Say("");
        DemoScreen.Say("Three files made just now, which the limits refuse at no cost:");
        var extra = await SendAsync(state, "prolific", "the-21st-file.md", "# One more\n\nThis would be the twenty-first file of the day.\n"u8.ToArray(), cancel);
        Check(extra, 429, "contributor_files");
        ContributionPrint.Refused(state.People["prolific"].Name, "the-21st-file.md", extra.Refused!);
        var large = await SendAsync(state, "careful", "larger-than-10-MiB.md", new byte[(10 * MiB) + 1], cancel);
        Check(large, 413, null);
        ContributionPrint.Refused(state.People["careful"].Name, "larger-than-10-MiB.md", large.Refused!);
        var quota = await state.As("careful").GetAsync<QuotaView>($"/api/v1/me/quota?datanet={state.Datanet.Id}", cancel);
        var day = await SendAsync(state, "careful", "more-than-is-left.md", new byte[quota.ContributorBytes.Left + 1], cancel);
        Check(day, 429, "contributor_bytes");
        ContributionPrint.Refused(state.People["careful"].Name, "more-than-is-left.md", day.Refused!);

        static void Check((ContributionView? View, AssayProblem? Refused) answer, int status, string? limit) => DemoFailedException.Unless(
            answer.Refused?.Status == status && (limit is null || (answer.Refused.More.TryGetValue("limit", out var named) && named.GetString() == limit)),
            $"A refusal with status {status} for {limit ?? "its size"} was due, but this came: {answer.Refused?.Detail ?? answer.View?.State}");
    }

    /// <summary>The reviewer decides what the rules left open.</summary>
    private static async Task ReviewAsync(DemoState state, CancellationToken cancel)
    {
        DemoScreen.Say("");
        while (await state.As("reviewer").PostAsync<ReviewItem?>("/api/v1/review/next", null, cancel) is { } item)
        {
            await state.As("reviewer").PostAsync<VoteView>($"/api/v1/review/assignments/{item.AssignmentId}/vote",
                new VoteRequest(false, "It does not serve the purpose of this datanet as it is."), cancel);

            // The reviewer does not learn whose file it was; the demo finds the one that is no longer in review.
            for (var place = 0; place < state.Decided.Count; place++)
            {
                if (state.Decided[place].State == "review" && await DecidedAsync(state, state.Decided[place].Id, cancel) is { State: not "review" } decided)
                {
                    DemoScreen.Say($"{state.People["reviewer"].Name} looks at '{decided.FileName}' (score {item.Score / 10.0:0.0}) and votes no: {decided.State}.");
                    state.Decided[place] = decided;
                }
            }
        }
    }
}
