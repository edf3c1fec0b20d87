using Assay.Data.Duplicates;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Finds, for each record of a file, the most similar earlier record of the same datanet: bands for candidates, exact comparison to confirm.</summary>
internal static class NearDuplicates
{
    private const int MaxCandidates = 50;
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
                return new NoveltyResult(NoveltyRule.SameText($"'{same.FileName}'"), [.. inspection.Reading.Records.Select(_ => (0, (long?)null))], same.Id);
            }
        }

        var neighbours = new List<RecordNeighbour>();
        var perRecord = new List<(int Novelty, long? Nearest)>();
        string? related = null;
        var nearest = 0.0;
        foreach (var (record, signature) in inspection.Reading.Records.Zip(inspection.Signatures))
        {
            var (resemblance, match) = await NearestAsync(db, row, record.JoinedText(), signature, cancel);
            if (match is null)
            {
                neighbours.Add(new RecordNeighbour(record.Index, signature.Length, Resemblance.None));
                perRecord.Add((1000, null));
                continue;
            }

            var text = match.Row.Text.Length > ExcerptLength ? match.Row.Text[..ExcerptLength] + "…" : match.Row.Text;
            neighbours.Add(new RecordNeighbour(record.Index, signature.Length, resemblance, $"record {match.Row.Ordinal + 1} of '{match.FileName}'", text)
            {
                Passages = WordGrams.Shared(record.JoinedText(), WordGrams.Of(NormalisedText.Of(match.Row.JoinedText()), WordGrams.PassageWords), ShownPassages),
            });
            perRecord.Add((resemblance.Novelty(), match.Row.Id));
            if (resemblance.Jaccard() > nearest)
            {
                nearest = resemblance.Jaccard();
                related = match.Row.ContributionId;
            }
        }

        return new NoveltyResult(NoveltyRule.Score(neighbours), perRecord, related);
    }

    private static async Task<(Resemblance Resemblance, Match? Match)> NearestAsync(
        AssayDb db, ContributionRow row, string text, ContentSignature signature, CancellationToken cancel)
    {
        var bands = signature.Bands.Select(band => unchecked((long)band)).ToList();
        var candidates = await db.Bands.AsNoTracking()
            .Where(band => band.DatanetId == row.DatanetId && bands.Contains(band.Hash))
            .GroupBy(band => band.RecordId).OrderByDescending(group => group.Count()).Take(MaxCandidates).Select(group => group.Key)
            .Join(db.Records, id => id, record => record.Id, (_, record) => record)
            .Where(record => record.ContributionId != row.Id)
            .Join(db.Contributions, record => record.ContributionId, other => other.Id, (record, other) => new Match(record, other.FileName))
            .ToListAsync(cancel);
        return candidates
            .Select(match => (Resemblance: ContentSignature.Compare(text, match.Row.JoinedText()), Match: (Match?)match))
            .Where(pair => pair.Resemblance.Novelty() < 1000)
            .OrderByDescending(pair => pair.Resemblance.Jaccard()).ThenBy(pair => pair.Match!.Row.Id)
            .FirstOrDefault((Resemblance.None, null));
    }

    private sealed record Match(RecordRow Row, string FileName);
}

/// <param name="Records">Novelty 0 to 1000 and nearest earlier record, one per record of the file.</param>
/// <param name="Related">The contribution that the nearest record belongs to.</param>
internal sealed record NoveltyResult(ValidationFinding Finding, IReadOnlyList<(int Novelty, long? Nearest)> Records, string? Related)
{
    /// <summary>What else only the index can say: derived, plagiarism, contamination.</summary>
    public IReadOnlyList<ValidationFinding> Further { get; init; } = [];

    /// <summary>The contribution that each of them names first.</summary>
    public IReadOnlyDictionary<string, string>? Sources { get; init; }

    /// <summary>All findings.</summary>
    public ValidationFinding[] All() => [Finding, .. Further];
}
