using System.Security.Cryptography;
using System.Text;
using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Versions;

/// <summary>GET /api/v1/snapshots/{id}/card: what a version holds, in figures and samples.</summary>
internal static class ReadCard
{
    private const int Samples = 10, Sources = 10, ScoreClass = 100, ScoreClasses = 10;

    public static void Map(RouteGroupBuilder group) => group.MapGet("/{id}/card",
        async Task<Results<Ok<DatanetCard>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel) =>
            await ReadSnapshot.FindAsync(db, user, id, cancel) is { } row
                ? TypedResults.Ok(await ReadAsync(db, row, cancel))
                : Refusal.NotFound("snapshot", id).ToProblem());

    internal static async Task<DatanetCard> ReadAsync(AssayDb db, SnapshotRow snapshot, CancellationToken cancel)
    {
        var manifest = snapshot.ReadManifest();
        var included = manifest.Contributions.Select(item => item.Id).ToHashSet();
        var datanet = await db.Datanets.AsNoTracking().Where(row => row.Id == snapshot.DatanetId).Select(row => new { row.Name, row.Kind, row.Purpose }).FirstAsync(cancel);
        var files = (await db.Contributions.AsNoTracking().Where(row => row.DatanetId == snapshot.DatanetId)
            .Select(row => new { row.Id, row.Licence, row.Language, row.Type, row.Source, row.Score, row.Bytes, row.FromAnswer, row.State, row.Removal, row.AccountId }).ToListAsync(cancel))
            .Where(row => included.Contains(row.Id)).ToList();
        var copies = await db.Records.Where(row => row.DatanetId == snapshot.DatanetId && row.Novelty == 0)
            .Join(db.Contributions, record => record.ContributionId, file => file.Id, (record, file) => new { file.Id, file.State })
            .GroupBy(item => new { item.Id, item.State }).Select(group => new { group.Key.Id, group.Key.State, Count = group.Count() }).ToListAsync(cancel);
        var reviewers = await db.Votes.Where(vote => db.Contributions.Any(row => row.Id == vote.ContributionId && row.DatanetId == snapshot.DatanetId))
            .Select(vote => new { vote.ReviewerId, vote.ContributionId }).ToListAsync(cancel);
        var scores = new int[ScoreClasses];
        foreach (var file in files)
        {
            scores[Math.Min((file.Score ?? 0) / ScoreClass, ScoreClasses - 1)]++;
        }

        return new DatanetCard(
            (await ReadSnapshot.ListAsync(db, rows => rows.Where(row => row.Id == snapshot.Id), cancel))[0], datanet.Name, datanet.Kind, datanet.Purpose,
            files.Select(file => file.AccountId).Distinct().Count(), files.Sum(file => file.Bytes), scores,
            Count(files.Select(file => file.Licence)), Count(files.Select(file => Stated(file.Language))), Count(files.Select(file => file.Type)),
            [.. Count(files.Select(file => Stated(file.Source))).Take(Sources)],
            copies.Where(item => included.Contains(item.Id)).Sum(item => item.Count),
            copies.Where(item => item.State == ContributionState.Rejected).Sum(item => item.Count),
            manifest.Contributions.SelectMany(item => item.Records).CountBy(record => record.Cluster).Count(cluster => cluster.Value > 1),
            files.Count(file => file.FromAnswer is not null),
            reviewers.Where(vote => included.Contains(vote.ContributionId)).Select(vote => vote.ReviewerId).Distinct().Count(),
            files.Count(file => file.State != ContributionState.Accepted || file.Removal is not null),
            await db.Runs.CountAsync(run => run.Snapshots.Contains(snapshot.Id), cancel),
            await SamplesAsync(db, snapshot.RecordsRoot, manifest, cancel));
    }

    private static string Stated(string? text) => string.IsNullOrWhiteSpace(text) ? "not stated" : text.Trim();

    private static List<CountView> Count(IEnumerable<string> values) =>
        [.. values.CountBy(value => value, StringComparer.OrdinalIgnoreCase).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new CountView(pair.Key, pair.Value))];

    private static async Task<IReadOnlyList<SampleRecord>> SamplesAsync(AssayDb db, string root, SnapshotManifest manifest, CancellationToken cancel)
    {
        var ids = manifest.Contributions.SelectMany(item => item.Records)
            .OrderBy(record => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(root + record.Sha256))), StringComparer.Ordinal)
            .Take(Samples).Select(record => record.Id).ToList();
        var rows = await db.Records.AsNoTracking().Where(row => ids.Contains(row.Id))
            .Join(db.Contributions.Where(file => file.Removal == null), record => record.ContributionId, file => file.Id, (record, file) => new SampleRecord(record.Id, file.Id, file.FileName, record.Prompt, record.Text))
            .ToDictionaryAsync(row => row.Id, cancel);
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id])];
    }
}
