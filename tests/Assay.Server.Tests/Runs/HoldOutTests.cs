using Assay.Client.Datanets;
using Assay.Server.Runs;
using CsCheck;

namespace Assay.Server.Tests.Runs;

public sealed class HoldOutTests
{
    private static readonly Gen<(SnapshotManifest Manifest, double Share)> Cases =
        Gen.Select(Gen.Select(Gen.Int[0, 4], Gen.Int[1, 8]).Array[20, 60], Gen.Int[0, 10], Gen.Double[0.01, 0.5], (records, joined, share) =>
        {
            // A record's cluster is its own number, or that of an earlier record of anybody.
            var id = 0L;
            var contributions = records.Select((record, at) => new ManifestContribution($"c_{at}", at, $"a_{record.Item1}", "", "MIT",
                [new ManifestRecord(++id, $"{at:x64}", joined > 0 && at % (joined + 1) == joined ? at - record.Item2 < 0 ? at : at - record.Item2 : at)]));
            return (new SnapshotManifest("d_0", 1, [.. contributions]), share);
        });

    [Fact]
    public void A_cluster_is_never_split() => Cases.Sample(one =>
    {
        var chosen = Choose(one.Manifest, one.Share);
        return one.Manifest.Contributions.SelectMany(item => item.Records).GroupBy(record => record.Cluster)
            .All(cluster => cluster.All(record => chosen.Contains(record.Id)) || cluster.All(record => !chosen.Contains(record.Id)));
    });

    [Fact]
    public void Each_contributor_with_enough_records_of_their_own_is_represented() => Cases.Sample(one =>
    {
        var chosen = Choose(one.Manifest, one.Share);
        var owners = one.Manifest.Contributions.SelectMany(item => item.Records.Select(record => (item.AccountId, record))).GroupBy(pair => pair.record.Cluster)
            .Select(cluster => (Owner: cluster.First().AccountId, Ids: cluster.Select(pair => pair.record.Id).ToList())).ToList();
        return one.Manifest.Contributions.GroupBy(item => item.AccountId).All(own =>
            Math.Round(own.Count() * one.Share, MidpointRounding.AwayFromZero) < 1 || owners.All(cluster => cluster.Owner != own.Key)
            || owners.Exists(cluster => cluster.Owner == own.Key && cluster.Ids.TrueForAll(chosen.Contains)));
    });

    [Fact]
    public void The_choice_is_the_same_for_any_order_of_reading_the_same_version() => Cases.Sample(one =>
        Choose(one.Manifest, one.Share).SetEquals(Choose(one.Manifest with { Number = 7 }, one.Share)));

    [Fact]
    public void Fewer_than_twenty_records_or_no_share_hold_nothing_out() => Cases.Sample(one =>
        Choose(one.Manifest, 0).Count == 0
        && Choose(one.Manifest with { Contributions = [.. one.Manifest.Contributions.Take(HoldOut.MinRecords - 1)] }, one.Share).Count == 0);

    private static HashSet<long> Choose(SnapshotManifest manifest, double share) => HoldOut.Choose([("root", manifest)], share);
}
