using Assay.Data.Duplicates;
using Assay.Server.Contributions;
using Assay.Server.Contributions.Passages;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>Keeps the index of duplicates in step with what people decide: it holds the files that are accepted or in review.</summary>
internal static class DuplicateIndex
{
    /// <summary>The bands of a text that the index does not hold: of one that was rejected. Pictures and sound stay in their own index whatever becomes of them. Computed outside the writer, from the stored records.</summary>
    public static async Task<List<BandRow>> MissingAsync(AssayDb db, string contributionId, CancellationToken cancel)
    {
        var isText = await db.Contributions.AnyAsync(row => row.Id == contributionId && db.Datanets.Any(datanet => datanet.Id == row.DatanetId && datanet.Kind == "text"), cancel);
        if (!isText || await db.Bands.AnyAsync(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == contributionId), cancel))
        {
            return [];
        }

        var records = await db.Records.AsNoTracking().Where(record => record.ContributionId == contributionId).ToListAsync(cancel);
        return [.. records.SelectMany(record => ContentSignature.Of(record.JoinedText()).Bands.Distinct()
            .Select(band => new BandRow { DatanetId = record.DatanetId, Hash = unchecked((long)band), RecordId = record.Id }))];
    }

    /// <summary>Adds bands to the transaction, unless a parallel decision has.</summary>
    public static async Task AddAsync(AssayDb db, string contributionId, IReadOnlyList<BandRow> bands, CancellationToken stop)
    {
        if (bands.Count > 0 && !await db.Bands.AnyAsync(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == contributionId), stop))
        {
            db.Bands.AddRange(bands);
            await PassageIndex.AddStoredAsync(db, contributionId, stop);
        }
    }

    public static async Task RemoveAsync(AssayDb db, string contributionId, CancellationToken stop)
    {
        await db.Bands.Where(band => db.Records.Any(record => record.Id == band.RecordId && record.ContributionId == contributionId)).ExecuteDeleteAsync(stop);
        await PassageIndex.RemoveAsync(db, contributionId, stop);
    }
}
