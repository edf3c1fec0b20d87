using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Client.Datanets;
using Assay.Client.Runs;

namespace Assay.Server.Runs;

/// <summary>Chooses what a run trains on. Pure: versions, weights, scores and settings decide, and the seed where chance does.</summary>
internal static class RecordSelection
{
    private const double Values = 18_446_744_073_709_551_616.0; // 2^64

    /// <summary>The records of the versions in their order, without those held out or of a too low score; one of weight 2.5 stands there two or three times.</summary>
    /// <param name="versions">Each with the weight of its records; a record of several counts with the largest.</param>
    /// <param name="holdOut">Records that are never trained.</param>
    /// <param name="scores">Validation score of each contribution.</param>
    /// <param name="settings">Least score, most records and seed.</param>
    public static List<long> Choose(IReadOnlyList<(SnapshotManifest Manifest, double Weight)> versions, IReadOnlySet<long> holdOut, IReadOnlyDictionary<string, int> scores, RunSettings settings)
    {
        var weights = new Dictionary<long, double>();
        var order = new List<long>();
        foreach (var (manifest, weight) in versions)
        {
            foreach (var record in manifest.Contributions.Where(item => scores.GetValueOrDefault(item.Id) >= settings.MinScore).SelectMany(item => item.Records).Where(record => !holdOut.Contains(record.Id)))
            {
                if (weights.TryAdd(record.Id, weight))
                {
                    order.Add(record.Id);
                }
                else
                {
                    weights[record.Id] = Math.Max(weights[record.Id], weight);
                }
            }
        }

        var chosen = order.SelectMany(id => Enumerable.Range(0, Copies(id, weights[id], settings.Seed)).Select(copy => (Id: id, Copy: copy))).ToList();
        if (chosen.Count > settings.MaxRecords)
        {
            var kept = chosen.OrderBy(item => Place("most", item.Id, item.Copy, settings.Seed)).Take(settings.MaxRecords).ToHashSet();
            chosen.RemoveAll(item => !kept.Contains(item));
        }

        return chosen.ConvertAll(item => item.Id);
    }

    private static int Copies(long id, double weight, int seed)
    {
        var whole = (int)Math.Floor(weight);
        return whole + (Place("weight", id, 0, seed) / Values < weight - whole ? 1 : 0);
    }

    private static ulong Place(string purpose, long id, int copy, int seed) => BinaryPrimitives.ReadUInt64BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"assay/selection/v1\0{purpose} {id} {copy} {seed}"))));
}
