using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Client.Datanets;
using Assay.Data.Formats.Datasets;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Versions;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;
using Parquet.Serialization;

namespace Assay.Server.Tests.Datanets.Versions;

public sealed class VersionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_diff_names_the_files_that_came_and_went_by_whom_and_why()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);
        var helper = await server.JoinAsync();
        var added = await helper.ContributeAsync(frozen.Datanet.Id, "clock.txt", Texts.Sample("careful/09-clock.txt"));
        await server.ValidateAsync();
        var gone = (await frozen.Owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{frozen.Snapshot.Id}/manifest")).Contributions[1];
        await RejectAsync(server, gone.Id);
        var second = await FreezeAsync(frozen);

        var diff = await frozen.Owner.GetAsync<SnapshotDiffView>($"/api/v1/snapshots/{second.Id}/diff");

        Assert.Equal((1, 2), (diff.From.Number, diff.To.Number));
        Assert.Equal((added.Id, helper.Account.Name, null), Assert.Single(diff.Added.Select(file => (file.ContributionId, file.Contributor, file.Why))));
        Assert.Equal((gone.Id, "rejected by reviewers", gone.Records.Count), Assert.Single(diff.Removed.Select(file => (file.ContributionId, file.Why!, file.Records))));
        Assert.Empty(diff.Changed);
        Assert.Equal(frozen.Snapshot.Records - gone.Records.Count, diff.SameRecords);
        var back = await frozen.Owner.GetAsync<SnapshotDiffView>($"/api/v1/snapshots/{frozen.Snapshot.Id}/diff?from={second.Id}");
        Assert.Equal(diff.Added.Select(file => file.ContributionId), back.Removed.Select(file => file.ContributionId));
        await GetAsync(frozen.Owner, $"/api/v1/snapshots/{frozen.Snapshot.Id}/diff").RefusedAsync(HttpStatusCode.Conflict, "first_version");
        await GetAsync(frozen.Owner, $"/api/v1/snapshots/{frozen.Snapshot.Id}/diff?from=s_none").RefusedAsync(HttpStatusCode.NotFound, "not_found");

        var page = await server.Anonymous.GetStringAsync(new Uri($"/datanets/{frozen.Datanet.Id}/versions/2", UriKind.Relative), Cancel);
        Assert.Contains("1 file added, 1 removed, 0 changed", page, StringComparison.Ordinal);
        Assert.Contains("clock.txt", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_changes_sides_is_a_change_of_its_file_and_two_datanets_cannot_be_compared()
    {
        var before = new SnapshotManifest("d_1", 1, [File("a", "1", "2", "2"), File("b", "3")]);
        var after = new SnapshotManifest("d_1", 2, [File("a", "1", "2", "4"), File("b", "3")]);

        var diff = SnapshotDiff.Between(before, after);

        Assert.Equal((0, 0, 3), (diff.Added.Count, diff.Removed.Count, diff.SameRecords));
        Assert.Equal(("a", 2), Assert.Single(diff.Changed.Select(item => (item.Contribution.Id, item.Records))));
        Assert.Throws<ArgumentException>(() => SnapshotDiff.Between(before, after with { Datanet = "d_2" }));

        static ManifestContribution File(string id, params string[] records) => new(id, 1, "a_1", id, "CC0-1.0", [.. records.Select(record => new ManifestRecord(1, record, 0))]);
    }

    [Fact]
    public async Task The_card_counts_what_is_in_the_version_and_says_what_left_it_since()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);

        var card = await frozen.Owner.GetAsync<DatanetCard>($"/api/v1/snapshots/{frozen.Snapshot.Id}/card");
        var again = await frozen.Owner.GetAsync<DatanetCard>($"/api/v1/snapshots/{frozen.Snapshot.Id}/card");

        Assert.Equal((4, 1, 0, 0), (card.Scores.Sum(), card.Contributors, card.Removed, card.Runs));
        Assert.Equal(new CountView("md", 4), Assert.Single(card.Types));
        Assert.Equal(Math.Min(10, frozen.Snapshot.Records), card.Samples.Count);
        Assert.Equal(card.Samples, again.Samples);
        await RejectAsync(server, card.Samples[0].ContributionId);
        Assert.Equal(1, (await frozen.Owner.GetAsync<DatanetCard>($"/api/v1/snapshots/{frozen.Snapshot.Id}/card")).Removed);
    }

    [Fact]
    public async Task The_bundle_holds_every_file_as_it_was_sent_and_every_record_with_its_hash()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);
        var manifest = await frozen.Owner.GetAsync<SnapshotManifest>($"/api/v1/snapshots/{frozen.Snapshot.Id}/manifest");
        await RejectAsync(server, manifest.Contributions[0].Id);

        var bytes = await frozen.Owner.Http.GetByteArrayAsync(new Uri($"/api/v1/snapshots/{frozen.Snapshot.Id}/export/bundle.zip", UriKind.Relative), Cancel);
        using var archive = new ZipArchive(new MemoryStream(bytes));

        Assert.Equal(["README.md", "croissant.json", "data/records.parquet", "files/files.parquet", "provenance.json"], archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        var records = (await ParquetSerializer.DeserializeAsync<DatasetRecord>(Open(archive, "data/records.parquet"), cancellationToken: Cancel)).Data;
        Assert.Equal(manifest.Contributions.Skip(1).SelectMany(item => item.Records).Select(record => record.Sha256), records.Select(record => record.Sha256));
        var files = (await ParquetSerializer.DeserializeUntypedAsync(Open(archive, "files/files.parquet"), cancellationToken: Cancel)).Data;
        Assert.Equal(manifest.Contributions.Skip(1).Select(item => item.Sha256), files.Select(row => Convert.ToHexStringLower(SHA256.HashData((byte[])row["content"]!))));
        using var provenance = JsonDocument.Parse(Open(archive, "provenance.json"));
        Assert.Equal(manifest.Contributions[0].Id, Assert.Single(provenance.RootElement.GetProperty("removed").EnumerateArray()).GetString());
        using var croissant = JsonDocument.Parse(Open(archive, "croissant.json"));
        Assert.All(croissant.RootElement.GetProperty("distribution").EnumerateArray(), part =>
            Assert.Equal(part.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(Open(archive, part.GetProperty("contentUrl").GetString()!).ToArray()))));
        Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging));
    }

    [Fact]
    public async Task Exports_are_for_the_owner_and_for_people_with_access()
    {
        await using var server = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(server);
        var (stranger, builder) = (await server.JoinAsync(), await frozen.BuilderAsync(server));
        var path = $"/api/v1/snapshots/{frozen.Snapshot.Id}/export/records.jsonl";

        await GetAsync(stranger, path).RefusedAsync(HttpStatusCode.Forbidden, "no_access");
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Anonymous.GetAsync(new Uri(path, UriKind.Relative), Cancel)).StatusCode);
        await GetAsync(builder, "/api/v1/snapshots/s_none/export/bundle.zip").RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var lines = (await builder.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel)).Split('\n')[..^1];
        Assert.Equal(frozen.Snapshot.Records, lines.Length);
        Assert.Contains("/export/bundle.zip", await frozen.Owner.Http.GetStringAsync(new Uri($"/datanets/{frozen.Datanet.Id}/versions/1", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }

    private static MemoryStream Open(ZipArchive archive, string name)
    {
        var content = new MemoryStream();
        using var entry = archive.GetEntry(name)!.Open();
        entry.CopyTo(content);
        content.Position = 0;
        return content;
    }

    private static Task<HttpResponseMessage> GetAsync(Person person, string path) => person.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);

    private static Task<SnapshotView> FreezeAsync(Frozen frozen) => frozen.Owner.PostAsync<SnapshotView>($"/api/v1/datanets/{frozen.Datanet.Id}/snapshots", new { });

    private static Task<int> RejectAsync(AssayServer server, string contribution) => server.Get<DbWriter>().WriteAsync((db, stop) =>
        db.Contributions.Where(row => row.Id == contribution).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, ContributionState.Rejected), stop), Cancel);
}
