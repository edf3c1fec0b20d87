using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Client.Datanets;

namespace Assay.Server.Runs;

/// <summary>Chooses the records that are never trained on. Pure: the same versions and share give the same hold-out everywhere, in any order.</summary>
/// <remarks>
/// A cluster's side follows from its earliest record's content and the share alone (docs/decisions/0005-hold-out.md). It can change between versions only by
/// the rule for contributors without a held-out cluster, or when a later record joins two clusters; what an adapter was trained on stays in training then.
/// </remarks>
internal static class HoldOut
{
    /// <summary>Below this many records nothing is held out: too small to judge.</summary>
    public const int MinRecords = 20;

    /// <summary>From this many records on, a contributor is represented.</summary>
    public const int MinOfContributor = 10;

    private const double Values = 18_446_744_073_709_551_616.0; // 2^64

    /// <summary>Whole near-duplicate clusters: those whose hash lies below the share, and the lowest of each larger contributor who would have none.</summary>
    /// <param name="versions">What is trained on. Records that share a cluster or their content in any of them stay together.</param>
    /// <param name="share">0 to 0.5 of the clusters.</param>
    /// <param name="trained">Records that the adapter has been trained on already: their clusters are not held out.</param>
    /// <returns>Ids of the held-out records.</returns>
    public static HashSet<long> Choose(IReadOnlyList<SnapshotManifest> versions, double share, IReadOnlySet<long> trained)
    {
        // Earliest first: the ledger orders contributions, a contribution its records.
        var records = versions.SelectMany(version => version.Contributions).OrderBy(item => item.Index)
            .SelectMany(item => item.Records.Select(record => new Candidate(record.Id, item.AccountId, record.Sha256))).DistinctBy(record => record.Id).ToList();
        var chosen = new HashSet<long>();
        if (share <= 0 || records.Count < MinRecords)
        {
            return chosen;
        }

        var limit = (ulong)(share * Values);
        var sizes = records.CountBy(record => record.AccountId).ToDictionary();
        foreach (var own in Clusters(records, versions).GroupBy(cluster => cluster[0].AccountId))
        {
            var free = own.Where(cluster => !cluster.Exists(record => trained.Contains(record.Id))).OrderBy(cluster => PlaceOf(cluster[0].Sha256)).ToList();
            var held = free.TakeWhile(cluster => PlaceOf(cluster[0].Sha256) < limit).ToList();

            // Never a contributor's only cluster: it would leave nothing of theirs to train.
            var represented = held.Count > 0 || sizes[own.Key] < MinOfContributor || own.Count() < 2;
            chosen.UnionWith((represented ? held : free.Take(1)).SelectMany(cluster => cluster).Select(record => record.Id));
        }

        return chosen;
    }

    /// <summary>First 64 bits, big-endian, of SHA-256("assay/holdout/v1\0" + content hash in lower-case hex).</summary>
    internal static ulong PlaceOf(string sha256) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("assay/holdout/v1\0" + sha256)));

    /// <summary>Clusters joined over all versions, each with its earliest record first.</summary>
    private static List<List<Candidate>> Clusters(List<Candidate> records, IReadOnlyList<SnapshotManifest> versions)
    {
        var parent = records.ToDictionary(record => record.Id, record => record.Id);
        foreach (var version in versions)
        {
            Join(version.Contributions.SelectMany(item => item.Records).GroupBy(record => record.Cluster, record => record.Id));
        }

        Join(records.GroupBy(record => record.Sha256, record => record.Id));
        return [.. records.GroupBy(record => Find(record.Id)).Select(cluster => cluster.ToList())];

        void Join<T>(IEnumerable<IGrouping<T, long>> groups)
        {
            foreach (var group in groups)
            {
                var first = Find(group.First());
                foreach (var id in group)
                {
                    parent[Find(id)] = first;
                }
            }
        }

        long Find(long id)
        {
            while (parent[id] != id)
            {
                id = parent[id] = parent[parent[id]];
            }

            return id;
        }
    }

    private sealed record Candidate(long Id, string AccountId, string Sha256);
}
