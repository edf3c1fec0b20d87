using Assay.Data.Duplicates;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.TestSets;

/// <summary>Compares a file's records with the registered test sets.</summary>
internal static class Contamination
{
    private const int Batch = 64;

    public static async Task<(ValidationFinding Finding, IReadOnlyList<Overlap> Overlaps)> FindAsync(AssayDb db, string datanetId, Inspection inspection, CancellationToken cancel)
    {
        var sets = await db.TestSets.AsNoTracking().Where(row => row.RemovedAt == null && (row.DatanetId == null || row.DatanetId == datanetId)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        if (sets.Count == 0)
        {
            return (ContaminationRule.Score([], 0), []);
        }

        var hits = new List<(int Index, int Record, int Shared, int Runs, string TestSet)>();
        var ids = sets.Keys.ToList();
        foreach (var batch in inspection.Reading.Records.Chunk(Batch))
        {
            var runs = batch.Select(record => (record.Index, record.Number, Runs: RunsOf(record.JoinedText()))).ToList();
            var wanted = runs.SelectMany(record => record.Runs).Distinct().Select(hash => unchecked((long)hash)).ToList();
            var known = (await db.TestSetRuns.AsNoTracking().Where(row => wanted.Contains(row.Hash) && ids.Contains(row.TestSetId)).ToListAsync(cancel))
                .ToLookup(row => unchecked((ulong)row.Hash), row => row.TestSetId);
            hits.AddRange(runs.SelectMany(record => record.Runs.SelectMany(hash => known[hash]).CountBy(id => id)
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(1)
                .Select(pair => (record.Index, record.Number, pair.Value, record.Runs.Count, pair.Key))));
        }

        return (ContaminationRule.Score(hits.ConvertAll(hit => (hit.Record, hit.Shared, hit.Runs, sets[hit.TestSet])), sets.Count),
            [.. hits.Where(hit => ContaminationRule.Reaches(hit.Shared, hit.Runs)).Take(ContaminationRule.Told).Select(hit => new Overlap("contamination", hit.Index, hit.TestSet, null))]);
    }

    /// <summary>Runs of a text, as test sets are kept.</summary>
    public static HashSet<ulong> RunsOf(string text) => WordGrams.Of(NormalisedText.Of(text), WordGrams.TestSetWords);
}
