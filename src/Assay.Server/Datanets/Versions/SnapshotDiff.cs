using Assay.Client.Datanets;

namespace Assay.Server.Datanets.Versions;

/// <summary>The difference of two manifests of one datanet: pure, so anyone who has both can repeat it.</summary>
/// <param name="Added">Contributions of the later manifest alone.</param>
/// <param name="Removed">Contributions of the earlier manifest alone.</param>
/// <param name="Changed">Contributions of both, with the number of records that only one of them holds.</param>
/// <param name="SameRecords">Records, by hash and contribution, in both.</param>
internal sealed record SnapshotDiff(IReadOnlyList<ManifestContribution> Added, IReadOnlyList<ManifestContribution> Removed,
    IReadOnlyList<(ManifestContribution Contribution, int Records)> Changed, int SameRecords)
{
    public static SnapshotDiff Between(SnapshotManifest earlier, SnapshotManifest later)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        if (earlier.Datanet != later.Datanet)
        {
            throw new ArgumentException($"The versions are of two datanets, {earlier.Datanet} and {later.Datanet}; only versions of one can be compared.", nameof(later));
        }

        var before = earlier.Contributions.ToDictionary(item => item.Id);
        var after = later.Contributions.ToDictionary(item => item.Id);
        var changed = new List<(ManifestContribution, int)>();
        var same = 0;
        foreach (var item in later.Contributions.Where(item => before.ContainsKey(item.Id)))
        {
            var kept = CountCommon(before[item.Id].Records, item.Records);
            same += kept;
            var different = before[item.Id].Records.Count + item.Records.Count - (2 * kept);
            if (different > 0)
            {
                changed.Add((item, different));
            }
        }

        return new SnapshotDiff(
            [.. later.Contributions.Where(item => !before.ContainsKey(item.Id))],
            [.. earlier.Contributions.Where(item => !after.ContainsKey(item.Id))],
            changed, same);
    }

    /// <summary>Records that stand in both lists, a hash that stands twice counted twice.</summary>
    private static int CountCommon(IReadOnlyList<ManifestRecord> one, IReadOnlyList<ManifestRecord> other)
    {
        var left = one.CountBy(record => record.Sha256).ToDictionary();
        return other.CountBy(record => record.Sha256).Sum(pair => Math.Min(pair.Value, left.GetValueOrDefault(pair.Key)));
    }
}
