using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Server.Runs;

namespace Assay.Server.Tests.Runs;

public sealed class RecordSelectionTests
{
    private static readonly HashSet<long> Nothing = [];

    [Fact]
    public void Held_out_records_and_those_of_poor_files_are_left_out()
    {
        var version = Version(("c_a", 900, 1, 3), ("c_b", 650, 4, 3));

        var chosen = RecordSelection.Choose([(version, 1)], new HashSet<long> { 2 }, Scores(version), new RunSettings { MinScore = 700 });

        Assert.Equal([1L, 3L], chosen);
    }

    [Fact]
    public void A_weight_says_how_often_records_count_and_the_larger_one_holds_for_those_of_two_versions()
    {
        var (first, second) = (Version(("c_a", 900, 1, 1000)), Version(("c_b", 900, 900, 200)));

        var chosen = RecordSelection.Choose([(first, 0.5), (second, 2)], Nothing, Scores(first, second), new RunSettings());

        Assert.All(chosen.CountBy(id => id), item => Assert.Equal(item.Key < 900 ? 1 : 2, item.Value));
        Assert.InRange(chosen.Count(id => id < 900), 400, 500);
        Assert.Equal(200, chosen.Where(id => id >= 900).Distinct().Count());
        Assert.Equal(chosen, RecordSelection.Choose([(first, 0.5), (second, 2)], Nothing, Scores(first, second), new RunSettings()));
        Assert.NotEqual(chosen, RecordSelection.Choose([(first, 0.5), (second, 2)], Nothing, Scores(first, second), new RunSettings { Seed = 7 }));
    }

    [Fact]
    public void Most_records_keeps_so_many_in_their_order()
    {
        var version = Version(("c_a", 900, 1, 500));

        var chosen = RecordSelection.Choose([(version, 1)], Nothing, Scores(version), new RunSettings { MaxRecords = 50 });

        Assert.Equal(50, chosen.Count);
        Assert.Equal(chosen.Order(), chosen);
        Assert.True(chosen[^1] > 250, "It is no beginning of the list.");
    }

    /// <summary>Files with id, score, first record and number of records.</summary>
    private static SnapshotManifest Version(params (string Id, int Score, long First, int Count)[] files) => new("d_0000000000000000", 1,
        [.. files.Select((file, index) => new ManifestContribution(file.Id + file.Score, index, "a_1", new string('0', 64), "CC0-1.0",
            [.. Enumerable.Range(0, file.Count).Select(number => new ManifestRecord(file.First + number, new string('1', 64), (int)(file.First + number)))]))]);

    private static Dictionary<string, int> Scores(params SnapshotManifest[] versions) => versions.SelectMany(version => version.Contributions)
        .ToDictionary(item => item.Id, item => int.Parse(item.Id[3..], System.Globalization.CultureInfo.InvariantCulture));
}
