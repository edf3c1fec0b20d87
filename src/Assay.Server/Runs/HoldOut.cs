using System.Security.Cryptography;
using System.Text;
using Assay.Client.Datanets;

namespace Assay.Server.Runs;

/// <summary>Chooses the records that are never trained on. Pure: the same snapshots and share give the same hold-out everywhere.</summary>
internal static class HoldOut
{
    /// <summary>Below this many records the share is not taken: too small to judge.</summary>
    public const int MinRecords = 20;

    /// <summary>Whole near-duplicate clusters, drawn per contributor so that each is represented, in the order of a hash of the cluster's earliest record.</summary>
    /// <remarks>
    /// The hash takes the record and not the snapshot, so that a record keeps its side in every version: a run that trains an earlier
    /// adapter further would otherwise be judged on records that the adapter has seen (docs/decisions/0005-hold-out.md).
    /// </remarks>
    /// <param name="share">0 to 0.5 of each contributor's records.</param>
    /// <returns>Ids of the held-out records.</returns>
    public static HashSet<long> Choose(IEnumerable<(string Root, SnapshotManifest Manifest)> snapshots, double share)
    {
        var records = snapshots.SelectMany(snapshot => snapshot.Manifest.Contributions.SelectMany(item => item.Records.Select(record =>
            (record.Id, item.AccountId, record.Sha256, Cluster: $"{snapshot.Root}/{record.Cluster}")))).DistinctBy(record => record.Id).ToList();
        var chosen = new HashSet<long>();
        if (share <= 0 || records.Count < MinRecords)
        {
            return chosen;
        }

        var clusters = records.GroupBy(record => record.Cluster).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var contributor in records.GroupBy(record => record.AccountId).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            // A cluster belongs to the contributor of its earliest record.
            var own = clusters.Where(cluster => cluster.Value[0].AccountId == contributor.Key)
                .OrderBy(cluster => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("assay/holdout/v1\0" + cluster.Value[0].Sha256))), StringComparer.Ordinal);
            var wanted = (int)Math.Round(contributor.Count() * share, MidpointRounding.AwayFromZero);
            foreach (var cluster in own)
            {
                if (wanted <= 0)
                {
                    break;
                }

                chosen.UnionWith(cluster.Value.Select(record => record.Id));
                wanted -= cluster.Value.Count;
            }
        }

        return chosen;
    }
}
