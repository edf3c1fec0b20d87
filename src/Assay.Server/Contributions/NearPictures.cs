using System.Numerics;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Finds the earlier picture of a datanet that a new one is nearest to.</summary>
internal static class NearPictures
{
    public static async Task<NoveltyResult> FindAsync(AssayDb db, ContributionRow row, InspectedPicture picture, CancellationToken cancel)
    {
        if (picture.Hash is not { } hash)
        {
            return new NoveltyResult(MediaNoveltyRule.NotCompared(DatanetKind.Image, "a picture of one tone has nothing to be compared by."), [(1000, null)], null);
        }

        // Either side may be the crop: the new whole picture against everything stored, the new crops against whole pictures.
        var nearest = new Nearest(int.MaxValue, "");
        foreach (var (mine, isCrop) in hash.Crops.Select(crop => (crop, true)).Prepend((hash.Whole, false)))
        {
            var keys = ImageHashKeys.Near(mine);
            var candidates = await db.PictureHashes.AsNoTracking()
                .Where(other => other.DatanetId == row.DatanetId && EF.Parameter(keys).Contains(other.Key) && (!isCrop || other.Crop == 0) && other.ContributionId != row.Id
                    && db.Contributions.Any(file => file.Id == other.ContributionId && file.State != ContributionState.Rejected))
                .Select(other => new { other.ContributionId, other.Hash }).Distinct().ToListAsync(cancel);
            nearest = candidates
                .Select(other => new Nearest(BitOperations.PopCount(unchecked((ulong)other.Hash) ^ mine), other.ContributionId))
                .Append(nearest).OrderBy(other => other.Distance).ThenBy(other => other.Contribution, StringComparer.Ordinal).First();
        }

        if (nearest.Distance > ImageHash.Different)
        {
            return new NoveltyResult(MediaNoveltyRule.ScorePicture(null, null), [(1000, null)], null);
        }

        var name = await db.Contributions.Where(other => other.Id == nearest.Contribution).Select(other => other.FileName).FirstAsync(cancel);
        var record = await db.Records.Where(other => other.ContributionId == nearest.Contribution).Select(other => (long?)other.Id).FirstOrDefaultAsync(cancel);
        var finding = MediaNoveltyRule.ScorePicture(nearest.Distance, $"'{name}'");
        return new NoveltyResult(finding, [(finding.Score ?? 1000, record)], nearest.Contribution) { Overlaps = [new Overlap(finding.Rule, 0, nearest.Contribution, null)] };
    }

    /// <summary>Bits in which two pictures of the index differ, either of them whole or the other's crop; null when one of them is not there.</summary>
    public static async Task<int?> DistanceAsync(AssayDb db, string one, string other, CancellationToken cancel)
    {
        var hashes = (await db.PictureHashes.AsNoTracking().Where(row => row.ContributionId == one || row.ContributionId == other)
            .Select(row => new { row.ContributionId, row.Crop, row.Hash }).Distinct().ToListAsync(cancel)).ToLookup(row => row.ContributionId);
        return hashes[one].SelectMany(mine => hashes[other].Where(theirs => mine.Crop == 0 || theirs.Crop == 0)
            .Select(theirs => (int?)BitOperations.PopCount(unchecked((ulong)(mine.Hash ^ theirs.Hash))))).Min();
    }

    /// <summary>Adds a picture to the index. A rejected one is there, too, and is passed over: people may accept it later.</summary>
    public static void Add(AssayDb rows, ContributionRow row, ImageHash hash) => rows.PictureHashes.AddRange(
        hash.Crops.Prepend(hash.Whole).SelectMany((bits, crop) => ImageHashKeys.Of(bits).Select(key => new PictureHashRow
        {
            DatanetId = row.DatanetId,
            Key = key,
            ContributionId = row.Id,
            Crop = crop,
            Hash = unchecked((long)bits),
        })));

    private readonly record struct Nearest(int Distance, string Contribution);
}
