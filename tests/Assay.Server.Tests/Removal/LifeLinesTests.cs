using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Review;
using Assay.Server.Tests.Review;

namespace Assay.Server.Tests.Removal;

public sealed class LifeLinesTests
{
    [Fact]
    public async Task A_life_goes_from_receipt_over_findings_appeal_and_votes_into_a_version_and_ends_with_removal()
    {
        await using var server = await Reviewed.StartAsync();
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        var (person, file) = await server.RejectedAsync(datanet.Id);
        var path = $"/api/v1/contributions/{file.Id}/life";
        Assert.True(await person.GetAsync<LifeView>(path) is { MayAppeal: true, Versions: 0, MayRemove: ["withdraw"] });
        Assert.True(await stranger.GetAsync<LifeView>(path) is { MayAppeal: false, MayRemove: [] });
        Assert.True(await owner.GetAsync<LifeView>(path) is { MayAppeal: false, MayRemove: ["takedown"] });

        await person.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/appeal", new AppealRequest("It is no secret."));
        await (await server.JoinAsync("reviewer")).VoteNextAsync(true);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(false);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(true);
        await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
        await person.PostAsync<ContributionView>($"/api/v1/contributions/{file.Id}/removal", new RemovalRequest("withdraw"));

        var life = await Eventually.GetAsync(async () => await person.GetAsync<LifeView>(path) is var now && now.Events.Count(step => step.LedgerIndex is not null) == 5 ? now : null);
        Assert.Equal(["received", "decided", "appeal", "decided", "version", "removed", "erased"], life.Events.Select(step => step.What));
        Assert.Equal("Accepted by 3 votes (2 for it, 1 against).", life.Events[3].Text);
        Assert.Equal(life.Events.Where(step => step.LedgerIndex is not null).Select(step => step.LedgerIndex), life.Events.Select(step => step.LedgerIndex).OfType<long>().Order().Select(index => (long?)index));
        Assert.Equal((1, 0, 0, 0, false), (life.Versions, life.Runs, life.Models, life.Answers, life.MayAppeal));
        Assert.StartsWith("None yet", life.Credit, StringComparison.Ordinal);
        await person.Http.GetAsync(new Uri("/api/v1/contributions/c_0000000000000000/life", UriKind.Relative), TestContext.Current.CancellationToken).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }
}
