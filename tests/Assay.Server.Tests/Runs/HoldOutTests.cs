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
    public void Each_contributor_with_ten_records_and_two_clusters_of_their_own_is_represented() => Cases.Sample(one =>
    {
        var chosen = Choose(one.Manifest, one.Share);
        var owners = Owners(one.Manifest);
        return one.Manifest.Contributions.GroupBy(item => item.AccountId).Where(own => own.Count() >= HoldOut.MinOfContributor).All(own =>
            owners.Count(cluster => cluster.Owner == own.Key) < 2 || owners.Exists(cluster => cluster.Owner == own.Key && cluster.Ids.TrueForAll(chosen.Contains)));
    });

    [Fact]
    public void A_record_keeps_its_side_when_the_version_grows() => Cases.Sample(one =>
    {
        // By rank, a new record with a low hash took an earlier one's place. Only the contributor's last resort may still give way.
        var before = Choose(one.Manifest with { Contributions = [.. one.Manifest.Contributions.Take(HoldOut.MinRecords)] }, one.Share);
        var later = Choose(one.Manifest, one.Share);
        var places = Owners(one.Manifest).SelectMany(cluster => cluster.Ids.Select(id => (id, cluster.Place))).ToDictionary();
        var limit = one.Share * Math.Pow(2, 64);
        return places.All(pair => pair.Value < limit ? later.Contains(pair.Key) : !later.Contains(pair.Key) || IsLastResort(one, pair.Key))
            && before.Where(id => places[id] < limit).All(later.Contains);
    });

    [Fact]
    public void Records_joined_in_any_version_stay_together_whatever_the_order()
    {
        // The second version knows that records 1 and 2 are alike, the third holds record 3 again under another id.
        var versions = Enumerable.Range(0, 400).Select(seed => new[]
        {
            Version(seed, [(1, 0, seed * 100 + 1), (2, 1, seed * 100 + 2), (3, 2, seed * 100 + 3), .. Enumerable.Range(10, 20).Select(at => (at, at, (seed * 100) + at))]),
            Version(seed, [(1, 0, seed * 100 + 1), (2, 0, seed * 100 + 2)]),
            Version(seed, [(4, 0, seed * 100 + 3)]),
        });

        Assert.All(versions, all =>
        {
            var chosen = HoldOut.Choose(all, 0.3, new HashSet<long>());
            Assert.Equal(chosen.Contains(1), chosen.Contains(2));
            Assert.Equal(chosen.Contains(3), chosen.Contains(4));
            Assert.Equal(chosen.Order(), HoldOut.Choose([.. all.Reverse()], 0.3, new HashSet<long>()).Order());
        });
    }

    [Fact]
    public void What_an_adapter_was_trained_on_is_not_held_out_from_its_further_training() => Cases.Sample(one =>
    {
        var first = Choose(one.Manifest, one.Share);
        var trained = one.Manifest.Contributions.SelectMany(item => item.Records).Select(record => record.Id).Where(id => !first.Contains(id)).ToHashSet();
        return !HoldOut.Choose([one.Manifest], 0.5, trained).Overlaps(trained) && HoldOut.Choose([one.Manifest], one.Share, trained).SetEquals(first);
    });

    [Fact]
    public void The_choice_is_the_same_for_any_order_of_reading_the_same_version() => Cases.Sample(one =>
        Choose(one.Manifest, one.Share).SetEquals(Choose(one.Manifest with { Number = 7 }, one.Share)));

    [Fact]
    public void Fewer_than_twenty_records_or_no_share_hold_nothing_out() => Cases.Sample(one =>
        Choose(one.Manifest, 0).Count == 0
        && Choose(one.Manifest with { Contributions = [.. one.Manifest.Contributions.Take(HoldOut.MinRecords - 1)] }, one.Share).Count == 0);

    private static List<(string Owner, ulong Place, List<long> Ids)> Owners(SnapshotManifest manifest) =>
        [.. manifest.Contributions.SelectMany(item => item.Records.Select(record => (item.AccountId, record))).GroupBy(pair => pair.record.Cluster)
            .Select(cluster => (cluster.First().AccountId, HoldOut.PlaceOf(cluster.First().record.Sha256), cluster.Select(pair => pair.record.Id).ToList()))];

    /// <summary>Whether a record is held out only because its contributor would have nothing held out.</summary>
    private static bool IsLastResort((SnapshotManifest Manifest, double Share) one, long id)
    {
        var owners = Owners(one.Manifest);
        var own = owners.Find(cluster => cluster.Ids.Contains(id));
        return owners.Where(cluster => cluster.Owner == own.Owner).Min(cluster => cluster.Place) == own.Place;
    }

    private static SnapshotManifest Version(int seed, IEnumerable<(int Id, int Cluster, int Content)> records) => new("d_0", seed,
        [.. records.Select(record => new ManifestContribution($"c_{record.Id}", record.Id, "a_0", "", "MIT",
            [new ManifestRecord(record.Id, $"{record.Content:x64}", record.Cluster)]))]);

    private static HashSet<long> Choose(SnapshotManifest manifest, double share) => HoldOut.Choose([manifest], share, new HashSet<long>());
}
