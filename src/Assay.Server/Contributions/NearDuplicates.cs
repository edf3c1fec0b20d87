using Assay.Data.Duplicates;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Finds, for each record of a file, the most similar earlier record of the same datanet: bands for candidates, exact comparison to confirm.</summary>
internal static class NearDuplicates
{
    /// <summary>Earlier records whose texts are held at a time.</summary>
    private const int MostTexts = 500;

    private const int ExcerptLength = 160, ShownPassages = 3;

    public static async Task<NoveltyResult> FindAsync(AssayDb db, ContributionRow row, Inspection inspection, CancellationToken cancel)
    {
        if (inspection.NormalisedSha256.Length > 0)
        {
            var compared = Readable.Compared(db, row.DatanetId);
            var same = await db.Contributions.AsNoTracking()
                .Where(other => compared.Any(datanet => datanet.Id == other.DatanetId) && other.TextSha256 == inspection.NormalisedSha256 && other.Id != row.Id && other.EntryId < row.EntryId && !(other.Removal == "withdraw" && other.AccountId == row.AccountId))
                .OrderBy(other => other.EntryId).Select(other => new { other.Id, other.FileName }).FirstOrDefaultAsync(cancel);
            if (same is not null)
            {
                return new NoveltyResult(NoveltyRule.SameText($"'{same.FileName}'"), [.. inspection.Reading.Records.Select(_ => (0, (long?)null))], same.Id) { Overlaps = [new Overlap("novelty", 0, same.Id, null)] };
            }
        }

        var found = new List<Nearest>();
        foreach (var batch in inspection.Reading.Records.Zip(inspection.Signatures).Chunk(BandIndex.Batch))
        {
            found.AddRange(await NearestAsync(db, row, batch, cancel));
        }

        // Only those that the finding tells of are described.
        var told = NoveltyRule.Told(found.ConvertAll(Plain)).Select(neighbour => neighbour.Record).ToHashSet();
        return new NoveltyResult(NoveltyRule.Score(found.ConvertAll(nearest => told.Contains(nearest.Record.Index) ? Describe(nearest) : Plain(nearest))), found.ConvertAll(nearest => (nearest.Match is null ? 1000 : nearest.Resemblance.Novelty(), nearest.Match?.Row.Id)),
            found.Where(nearest => nearest.Match is not null).MaxBy(nearest => nearest.Resemblance.Jaccard())?.Match!.Row.ContributionId)
        {
            Overlaps = [.. found.Where(nearest => nearest.Match is not null && told.Contains(nearest.Record.Index))
                .Select(nearest => new Overlap("novelty", nearest.Record.Index, nearest.Match!.Row.ContributionId, nearest.Match.Row.Id))],
        };
    }

    private static async Task<List<Nearest>> NearestAsync(AssayDb db, ContributionRow row, (DataRecord Record, ContentSignature Signature)[] batch, CancellationToken cancel)
    {
        var candidates = await BandIndex.CandidatesAsync(db, row.DatanetId, [.. batch.Select(item => item.Signature)], cancel);
        var nearest = new List<Nearest>();
        while (nearest.Count < batch.Length)
        {
            // As many records as have no more candidates together than texts may be held, and at least one.
            var first = nearest.Count;
            var ids = new HashSet<long>();
            var last = first;
            while (last < batch.Length && (last == first || ids.Count + candidates[last].Count <= MostTexts))
            {
                ids.UnionWith(candidates[last++]);
            }

            var earlier = ids.Count == 0 ? [] : await db.Records.AsNoTracking().Where(record => ids.Contains(record.Id) && record.ContributionId != row.Id)
                .Join(db.Contributions, record => record.ContributionId, other => other.Id, (record, other) => new Match(record, other.FileName))
                .ToDictionaryAsync(match => match.Row.Id, cancel);
            nearest.AddRange(Enumerable.Range(first, last - first).Select(index =>
                Find(batch[index].Record, batch[index].Signature.Length, [.. candidates[index].Where(earlier.ContainsKey).Select(id => earlier[id])])));
        }

        return nearest;
    }

    private static Nearest Find(DataRecord record, int length, IReadOnlyList<Match> candidates)
    {
        if (candidates.Count == 0)
        {
            return new Nearest(record, length, Resemblance.None, null);
        }

        var grams = CharacterGrams.Of(NormalisedText.Of(record.JoinedText()));
        var (resemblance, match) = candidates
            .Select(match => (Resemblance: grams.To(CharacterGrams.Of(NormalisedText.Of(match.Row.JoinedText()))), Match: (Match?)match))
            .Where(pair => pair.Resemblance.Novelty() < 1000)
            .OrderByDescending(pair => pair.Resemblance.Jaccard()).ThenBy(pair => pair.Match!.Row.Id)
            .FirstOrDefault((Resemblance.None, null));
        return new Nearest(record, length, resemblance, match);
    }

    private static RecordNeighbour Plain(Nearest nearest) => new(nearest.Record.Index, nearest.Length, nearest.Resemblance);

    private static RecordNeighbour Describe(Nearest nearest)
    {
        var match = nearest.Match!;
        var text = match.Row.Text.Length > ExcerptLength ? match.Row.Text[..ExcerptLength] + "…" : match.Row.Text;
        return new RecordNeighbour(nearest.Record.Index, nearest.Length, nearest.Resemblance, $"record {match.Row.Ordinal + 1} of '{match.FileName}'", text)
        {
            Passages = WordGrams.Shared(nearest.Record.JoinedText(), WordGrams.Of(NormalisedText.Of(match.Row.JoinedText()), WordGrams.PassageWords), ShownPassages),
        };
    }

    private sealed record Match(RecordRow Row, string FileName);

    private sealed record Nearest(DataRecord Record, int Length, Resemblance Resemblance, Match? Match);
}

/// <param name="Records">Novelty 0 to 1000 and nearest earlier record, one per record of the file.</param>
/// <param name="Related">The contribution that the nearest record belongs to.</param>
internal sealed record NoveltyResult(ValidationFinding Finding, IReadOnlyList<(int Novelty, long? Nearest)> Records, string? Related)
{
    /// <summary>What else only the index can say: derived, plagiarism, contamination.</summary>
    public IReadOnlyList<ValidationFinding> Further { get; init; } = [];

    /// <summary>The contribution that each of them names first.</summary>
    public IReadOnlyDictionary<string, string>? Sources { get; init; }

    /// <summary>What the findings describe record by record.</summary>
    public IReadOnlyList<Overlap> Overlaps { get; init; } = [];

    /// <summary>All findings.</summary>
    public ValidationFinding[] All() => [Finding, .. Further];
}
