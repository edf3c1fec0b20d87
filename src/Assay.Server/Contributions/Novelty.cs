using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Contributions.Passages;
using Assay.Server.Contributions.TestSets;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>How new a file is, by the index of its kind.</summary>
internal static class Novelty
{
    public static async Task<NoveltyResult> FindAsync(AssayDb db, ContributionRow row, Inspection inspection, CancellationToken cancel) =>
        inspection.Picture is { } picture ? await SameContentAsync(db, row, inspection, DatanetKind.Image, cancel) ?? await NearPictures.FindAsync(db, row, picture, cancel)
        : inspection.Sound is { } sound ? await SameContentAsync(db, row, inspection, DatanetKind.Audio, cancel) ?? await NearSounds.FindAsync(db, row, sound, cancel)
        : await TextAsync(db, row, inspection, cancel);

    private static async Task<NoveltyResult> TextAsync(AssayDb db, ContributionRow row, Inspection inspection, CancellationToken cancel)
    {
        var near = await NearDuplicates.FindAsync(db, row, inspection, cancel);
        if (inspection.Findings.All(finding => finding.Rule != "derived"))
        {
            return near; // a picture or clip that could not be read
        }

        var passages = await PassageIndex.FindAsync(db, row, inspection, cancel);
        var (contamination, sets) = await Contamination.FindAsync(db, row.DatanetId, inspection, cancel);
        return near with { Further = [.. passages.Findings, contamination], Sources = passages.Sources, Overlaps = [.. near.Overlaps, .. passages.Overlaps, .. sets] };
    }

    /// <summary>Adds a file to the index of its kind; texts are added band by band.</summary>
    public static void Add(AssayDb rows, ContributionRow row, Inspection inspection)
    {
        if (inspection.Picture is { Hash: { } hash })
        {
            NearPictures.Add(rows, row, hash);
        }

        if (inspection.Sound is { } sound)
        {
            NearSounds.Add(rows, row, sound);
        }
    }

    /// <summary>An earlier file of the datanets that are compared, whatever became of it, that holds the same pixels or samples.</summary>
    private static async Task<NoveltyResult?> SameContentAsync(AssayDb db, ContributionRow row, Inspection inspection, DatanetKind kind, CancellationToken cancel)
    {
        var compared = Readable.Compared(db, row.DatanetId);
        var same = await db.Contributions.AsNoTracking()
            .Where(other => compared.Any(datanet => datanet.Id == other.DatanetId) && other.TextSha256 == inspection.NormalisedSha256 && other.Id != row.Id && other.EntryId < row.EntryId && !(other.Removal == "withdraw" && other.AccountId == row.AccountId))
            .OrderBy(other => other.EntryId).Select(other => new { other.Id, other.FileName }).FirstOrDefaultAsync(cancel);
        return same is null ? null : new NoveltyResult(MediaNoveltyRule.SameContent(kind, $"'{same.FileName}'"), [(0, null)], same.Id) { Overlaps = [new Overlap("novelty", 0, same.Id, null)] };
    }
}
