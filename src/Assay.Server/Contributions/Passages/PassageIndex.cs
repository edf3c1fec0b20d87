using Assay.Data.Duplicates;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Passages;

/// <summary>Finds, for each record of a file, the earlier record that shares most of its words in order, in its own datanet and in those that are compared with it.</summary>
/// <remarks>Candidates share sampled runs of four words that are rare, that is, in at most eight records; the share is then counted over all runs of both.</remarks>
internal static class PassageIndex
{
    private const int Rare = 8, FewestHits = 2, MaxCandidates = 6, Batch = 64, ShownPassages = 3, PassageLength = 240;

    /// <summary>What the index keeps of each record, by its position in the file. Computed outside the writer.</summary>
    public static Dictionary<int, IReadOnlyList<ulong>> SamplesOf(Inspection inspection) =>
        inspection.Signatures.Count == 0 ? [] : inspection.Reading.Records.ToDictionary(record => record.Index, record => WordGrams.Sample(GramsOf(record.JoinedText())));

    /// <summary>Adds a file's records to the transaction.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="samples">By position in the file.</param>
    /// <param name="ids">The records' rows, by position in the file.</param>
    /// <param name="mask">Of the datanet, read in the same transaction.</param>
    public static void Add(AssayDb rows, IReadOnlyDictionary<int, IReadOnlyList<ulong>> samples, IReadOnlyDictionary<int, long> ids, ulong mask)
    {
        foreach (var (ordinal, hashes) in samples)
        {
            rows.Passages.AddRange(hashes.Select(hash => new PassageRow { Hash = unchecked((long)(hash ^ mask)), RecordId = ids[ordinal] }));
        }
    }

    /// <summary>Adds the records of a file that was left out when it was decided, from their rows.</summary>
    public static async Task AddStoredAsync(AssayDb rows, string contributionId, CancellationToken stop)
    {
        foreach (var record in await rows.Records.AsNoTracking().Where(record => record.ContributionId == contributionId).ToListAsync(stop))
        {
            var mask = await PassageMask.OfAsync(rows, record.DatanetId, stop);
            rows.Passages.AddRange(WordGrams.Sample(GramsOf(record.JoinedText())).Select(hash => new PassageRow { Hash = unchecked((long)(hash ^ mask)), RecordId = record.Id }));
        }
    }

    public static Task RemoveAsync(AssayDb rows, string contributionId, CancellationToken stop) =>
        rows.Passages.Where(row => rows.Records.Any(record => record.Id == row.RecordId && record.ContributionId == contributionId)).ExecuteDeleteAsync(stop);

    /// <summary>The findings on derived and plagiarised records, and the contributions that they name.</summary>
    public static async Task<(IReadOnlyList<ValidationFinding> Findings, IReadOnlyDictionary<string, string> Sources, IReadOnlyList<Overlap> Overlaps)> FindAsync(
        AssayDb db, ContributionRow row, Inspection inspection, CancellationToken cancel)
    {
        var overlaps = new List<RecordOverlap>();
        foreach (var batch in inspection.Reading.Records.Chunk(Batch))
        {
            overlaps.AddRange(await FindBatchAsync(db, row, [.. batch.Select(record => (record.Index, record.Number, Text: record.JoinedText()))], cancel));
        }

        var records = inspection.Reading.Records.Count;
        var sources = new Dictionary<string, string>();
        Note("derived", overlap => !overlap.IsElsewhere, overlap => overlap.Taken());
        Note("plagiarism", overlap => overlap.IsElsewhere, overlap => overlap.Borrowed());
        return ([DerivedRule.Score(overlaps, records), PlagiarismRule.Score(overlaps, records)], sources,
            [.. DerivedRule.Told(overlaps).Select(overlap => Pair("derived", overlap)), .. PlagiarismRule.Told(overlaps).Select(overlap => Pair("plagiarism", overlap))]);

        static Overlap Pair(string rule, RecordOverlap overlap) => new(rule, overlap.Index, overlap.Contribution, overlap.Earlier);

        void Note(string rule, Func<RecordOverlap, bool> counts, Func<RecordOverlap, double> share)
        {
            if (overlaps.Where(counts).MaxBy(share) is { } most)
            {
                sources[rule] = most.Contribution;
            }
        }
    }

    private static async Task<List<RecordOverlap>> FindBatchAsync(AssayDb db, ContributionRow row, List<(int Index, int Number, string Text)> records, CancellationToken cancel)
    {
        var mask = await PassageMask.OfAsync(db, row.DatanetId, cancel);
        var grams = records.ConvertAll(record => GramsOf(record.Text));
        var wanted = grams.SelectMany(set => set).Distinct().Select(hash => unchecked((long)(hash ^ mask))).ToList();
        var hits = (await db.Passages.AsNoTracking()
            .Where(passage => wanted.Contains(passage.Hash) && db.Passages.Count(other => other.Hash == passage.Hash) <= Rare
                && db.Records.Any(record => record.Id == passage.RecordId && record.ContributionId != row.Id))
            .Select(passage => new { passage.Hash, passage.RecordId }).ToListAsync(cancel)).ToLookup(passage => unchecked((ulong)passage.Hash) ^ mask, passage => passage.RecordId);
        var candidates = grams.ConvertAll(set => set.SelectMany(hash => hits[hash]).CountBy(id => id)
            .Where(pair => pair.Value >= Math.Min(FewestHits, set.Count)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(MaxCandidates).Select(pair => pair.Key).ToList());
        var ids = candidates.SelectMany(list => list).Distinct().ToList();
        var earlier = await db.Records.AsNoTracking().Where(record => ids.Contains(record.Id))
            .Join(db.Contributions.Where(file => file.Removal == null), record => record.ContributionId, file => file.Id, (record, file) => new { Record = record, file.FileName, file.EntryId })
            .Where(item => item.EntryId < row.EntryId).ToDictionaryAsync(item => item.Record.Id, cancel);
        var found = new List<RecordOverlap>();
        for (var index = 0; index < records.Count; index++)
        {
            var of = candidates[index].Where(earlier.ContainsKey).Select(id => earlier[id]).Select(item => Measure(records[index], grams[index], item.Record, item.FileName, row.DatanetId)).ToList();
            found.AddRange(((RecordOverlap?[])[of.Where(overlap => !overlap.IsElsewhere).MaxBy(overlap => overlap.Taken()), of.Where(overlap => overlap.IsElsewhere).MaxBy(overlap => overlap.Borrowed())]).OfType<RecordOverlap>());
        }

        return found;
    }

    private static RecordOverlap Measure((int Index, int Number, string Text) record, HashSet<ulong> mine, RecordRow earlier, string fileName, string datanet)
    {
        var theirs = GramsOf(earlier.JoinedText());
        var elsewhere = earlier.DatanetId != datanet;
        return new RecordOverlap(record.Number, mine.Count(theirs.Contains), mine.Count, theirs.Count,
            $"record {earlier.Ordinal + 1} of '{fileName}'{(elsewhere ? " in another datanet" : "")}", earlier.ContributionId, elsewhere,
            [.. WordGrams.Shared(record.Text, theirs, ShownPassages).Select(passage => passage.Length > PassageLength ? passage[..PassageLength] + "…" : passage)])
        { Index = record.Index, Earlier = earlier.Id };
    }

    private static HashSet<ulong> GramsOf(string text) => WordGrams.Of(NormalisedText.Of(text), WordGrams.PassageWords);
}
