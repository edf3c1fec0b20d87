using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Transparency;
using Assay.Ledger.Tree;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Assay.Server.Tests.Review;
using Microsoft.EntityFrameworkCore;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Server.Tests.Datanets;

public sealed class SnapshotTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_lists_what_was_accepted_and_its_hashes_can_be_recomputed()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);
        await frozen.Owner.ContributeAsync(frozen.Datanet.Id, "garbage.txt", Texts.Sample("prolific/11-garbage.txt"));
        await server.ValidateAsync();
        var second = await frozen.Owner.PostAsync<SnapshotView>($"/api/v1/datanets/{frozen.Datanet.Id}/snapshots", new { });

        var manifest = await frozen.Owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{second.Id}/manifest");

        Assert.Equal((2, 4), (second.Number, second.Contributions));
        Assert.Equal(frozen.Snapshot.RecordsRoot, second.RecordsRoot);
        Assert.Equal(manifest.Contributions.Select(item => item.Index).Order(), manifest.Contributions.Select(item => item.Index));
        await using var db = server.Read();
        var records = await db.Records.ToDictionaryAsync(row => row.Id, Cancel);
        var hashes = manifest.Contributions.SelectMany(item => item.Records).ToList();
        Assert.Equal(second.Records, hashes.Count);
        Assert.All(hashes, record => Assert.Equal(record.Sha256, Convert.ToHexStringLower(SHA256.HashData(
            [.. Encoding.UTF8.GetBytes(records[record.Id].Prompt), 0x1e, .. Encoding.UTF8.GetBytes(records[record.Id].Text)]))));
        var root = hashes.Aggregate(RightEdge.Empty, (edge, record) => edge.Append(Convert.FromHexString(record.Sha256))).Root.ToString();
        Assert.Equal(second.RecordsRoot, root);
        var entry = (await frozen.Owner.GetAsync<Page<LedgerEntryView>>($"/api/v1/ledger/entries?from={second.LedgerIndex}&count=1")).Items[0];
        Assert.Equal("snapshot", entry.Type);
        Assert.Contains(root, entry.Entry.ToString(), StringComparison.Ordinal);
        Assert.Equal([2, 1], (await frozen.Owner.GetAsync<Page<SnapshotView>>($"/api/v1/datanets/{frozen.Datanet.Id}/snapshots")).Items.Select(item => item.Number));
    }

    [Fact]
    public async Task Only_the_owner_freezes_and_an_empty_datanet_has_nothing_to_freeze()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenAsync();
        var path = $"/api/v1/datanets/{datanet.Id}/snapshots";

        await stranger.PostAsync(path, new { }).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync(path, new { }).RefusedAsync(HttpStatusCode.Conflict, "nothing_accepted");
        await owner.PostAsync("/api/v1/datanets/d_0000000000000000/snapshots", new { }).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Copies_are_left_out_and_near_duplicates_share_a_cluster()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);
        long near, copy, first;
        await using (var db = server.Read())
        {
            var ids = await db.Records.OrderBy(row => row.Id).Select(row => row.Id).ToListAsync(Cancel);
            (first, near, copy) = (ids[0], ids[1], ids[2]);
        }

        await server.Get<DbWriter>().WriteAsync(async (db, stop) =>
        {
            await db.Records.Where(row => row.Id == near).ExecuteUpdateAsync(set => set.SetProperty(row => row.NearestRecord, first).SetProperty(row => row.Novelty, 400), stop);
            await db.Records.Where(row => row.Id == copy).ExecuteUpdateAsync(set => set.SetProperty(row => row.Novelty, 0), stop);
        }, Cancel);
        var second = await frozen.Owner.PostAsync<SnapshotView>($"/api/v1/datanets/{frozen.Datanet.Id}/snapshots", new { });

        var clusters = (await frozen.Owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{second.Id}/manifest")).Contributions
            .SelectMany(item => item.Records).ToDictionary(record => record.Id, record => record.Cluster);

        Assert.Equal(frozen.Snapshot.Records - 1, second.Records);
        Assert.False(clusters.ContainsKey(copy));
        Assert.Equal(clusters[first], clusters[near]);
        Assert.Equal(clusters.Count - 1, clusters.Values.Distinct().Count());
    }

    [Fact]
    public async Task The_preview_shows_rendered_samples_with_the_mask_and_counts_what_is_trained()
    {
        await using var server = await AssayServer.StartAsync(null, TinyBase.Setting);
        TinyBase.Write(server);
        var frozen = await Frozen.MakeAsync(server);

        var preview = await frozen.Owner.GetAsync<SnapshotPreview>($"/api/v1/snapshots/{frozen.Snapshot.Id}/preview?base=tiny&samples=2");

        Assert.Equal((TinyBase.Name, frozen.Snapshot.Records), (preview.Base, preview.Records));
        Assert.InRange(preview.TrainableTokens, 1, preview.Tokens - 1);
        Assert.Equal(2, preview.Samples.Count);
        var pieces = preview.Samples[0].Pieces;
        Assert.Contains(pieces, piece => !piece.Trained && piece.Text.Contains("What does TideGauge.ReadLevel return?", StringComparison.Ordinal));
        Assert.Contains(pieces, piece => piece.Trained && piece.Text.Contains("water level in metres", StringComparison.Ordinal));
        await frozen.Owner.Http.GetAsync(new Uri($"/api/v1/snapshots/{frozen.Snapshot.Id}/preview?base=none", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await frozen.Owner.Http.GetAsync(new Uri("/api/v1/snapshots/s_0000000000000000/preview?base=tiny", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_file_that_a_person_accepted_joins_the_next_version()
    {
        await using var server = await Reviewed.StartAsync("Review:VotesNeeded=1");
        var frozen = await Frozen.MakeAsync(server);
        var recipe = await frozen.Owner.ContributeAsync(frozen.Datanet.Id, "recipe.md", Texts.Sample("prolific/10-recipe.md"));
        await server.ValidateAsync();
        Assert.Equal(nameof(ContributionState.Review), (await frozen.Owner.ContributionAsync(recipe.Id)).State, ignoreCase: true);
        await (await server.JoinAsync("reviewer")).VoteNextAsync(true, "Harbours cook, too.");

        var second = await frozen.Owner.PostAsync<SnapshotView>($"/api/v1/datanets/{frozen.Datanet.Id}/snapshots", new { });

        Assert.Equal(5, second.Contributions);
        Assert.Equal(nameof(ContributionState.Accepted), (await frozen.Owner.GetAsync<ContributionView>($"/api/v1/contributions/{recipe.Id}")).State, ignoreCase: true);
    }
}
