using System.Security.Cryptography;
using System.Text;
using Assay.Client.Datanets;
using Assay.Ledger.Tree;
using Assay.Server.Contributions;

namespace Assay.Server.Datanets;

/// <summary>What a snapshot holds, from the accepted rows alone: pure, so anyone who may read the data can repeat it.</summary>
internal static class SnapshotContent
{
    /// <summary>SHA-256 of prompt, byte 1e, text.</summary>
    public static byte[] HashOf(string prompt, string text) => SHA256.HashData([.. Encoding.UTF8.GetBytes(prompt), 0x1e, .. Encoding.UTF8.GetBytes(text)]);

    /// <summary>Of a record: of prompt, byte 1e, text; of a conversation: of each turn's role, byte 1f and words, joined by byte 1e.</summary>
    public static byte[] HashOf(RecordRow record) => record.Turns is null
        ? HashOf(record.Prompt, record.Text)
        : SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001e', record.AllTurns().Select(turn => $"{turn.Role}\u001f{turn.Content}"))));

    /// <summary>Accepted records in ledger order, copies (novelty 0) left out, near-duplicates joined into clusters.</summary>
    public static SnapshotManifest Manifest(string datanet, int number, IEnumerable<(ContributionRow Contribution, long Index, List<RecordRow> Records)> accepted)
    {
        var ordered = accepted.OrderBy(item => item.Index).ToList();
        var clusters = Clusters(ordered.SelectMany(item => item.Records).Where(record => record.Novelty > 0).ToList());
        return new SnapshotManifest(datanet, number,
        [
            .. ordered.Select(item => new ManifestContribution(item.Contribution.Id, item.Index, item.Contribution.AccountId, item.Contribution.Sha256,
                item.Contribution.Licence,
                [.. item.Records.Where(record => record.Novelty > 0).OrderBy(record => record.Ordinal).Select(record =>
                    new ManifestRecord(record.Id, Convert.ToHexStringLower(HashOf(record)), clusters[record.Id]))])),
        ]);
    }

    /// <summary>RFC 6962 root over the record hashes in manifest order.</summary>
    public static string Root(SnapshotManifest manifest) => RootOf(manifest.Contributions.SelectMany(item => item.Records).Select(record => record.Sha256));

    /// <summary>RFC 6962 root over hashes given in hex.</summary>
    public static string RootOf(IEnumerable<string> hashes) =>
        hashes.Aggregate(RightEdge.Empty, (edge, hash) => edge.Append(Convert.FromHexString(hash))).Root.ToString();

    /// <summary>SHA-256 of the table of clusters: one line "record cluster" each.</summary>
    public static string ClustersHash(SnapshotManifest manifest) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(
        manifest.Contributions.SelectMany(item => item.Records).Select(record => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{record.Sha256} {record.Cluster}\n"))))));

    /// <summary>Numbers the groups of records that are linked by "at least half alike", by first appearance.</summary>
    private static Dictionary<long, int> Clusters(List<RecordRow> records)
    {
        var parent = records.ToDictionary(record => record.Id, record => record.Id);
        foreach (var record in records.Where(record => record.NearestRecord is { } nearest && parent.ContainsKey(nearest)))
        {
            parent[Find(record.Id)] = Find(record.NearestRecord!.Value);
        }

        var numbers = new Dictionary<long, int>();
        return records.ToDictionary(record => record.Id, record =>
        {
            var root = Find(record.Id);
            if (!numbers.TryGetValue(root, out var number))
            {
                numbers[root] = number = numbers.Count;
            }

            return number;
        });

        long Find(long id)
        {
            while (parent[id] != id)
            {
                id = parent[id] = parent[parent[id]];
            }

            return id;
        }
    }
}
