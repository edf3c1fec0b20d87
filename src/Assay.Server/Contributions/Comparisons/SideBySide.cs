using Assay.Client.Contributions;
using Assay.Data.Duplicates;
using Assay.Server.Accounts;
using Assay.Server.Contributions.TestSets;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Comparisons;

/// <summary>What a finding compares, side by side, as far as the reader may read the earlier one.</summary>
internal sealed class SideBySide(IDbContextFactory<AssayDb> reader)
{
    private const string Removed = "removed", NotReadable = "not_readable", TestSet = "test_set";

    /// <summary>The comparisons that findings of a contribution rest on; the caller has asked whether the reader may read the contribution itself.</summary>
    /// <param name="contributionId">Whose findings.</param>
    /// <param name="rule">Only this one; null for all.</param>
    /// <param name="user">Who reads.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async Task<List<ComparisonView>> OfAsync(string contributionId, string? rule, CurrentUser user, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await db.Overlaps.AsNoTracking().Where(row => row.ContributionId == contributionId && row.OtherId != OverlapRow.Unknown && (rule == null || row.Rule == rule))
            .OrderBy(row => row.Rule).ThenBy(row => row.Ordinal).ToListAsync(cancel);
        var views = new List<ComparisonView>();
        foreach (var row in rows)
        {
            var own = await db.Records.AsNoTracking().FirstOrDefaultAsync(record => record.ContributionId == contributionId && record.Ordinal == row.Ordinal, cancel);
            if (own is not null)
            {
                views.Add(await ViewAsync(db, row, own, user, cancel));
            }
        }

        return views;
    }

    private static async Task<ComparisonView> ViewAsync(AssayDb db, OverlapRow row, RecordRow own, CurrentUser user, CancellationToken cancel)
    {
        var other = await db.Contributions.AsNoTracking().Where(file => file.Id == row.OtherId).Select(file => new
        {
            File = file,
            Datanet = db.Datanets.First(datanet => datanet.Id == file.DatanetId),
        }).FirstOrDefaultAsync(cancel);
        if (other is null)
        {
            return await OfTestSetAsync(db, row, own, cancel);
        }

        var withheld = other.File.Removal is not null ? Removed
            : !await Readable.Contributions(db, user.Viewer).AnyAsync(file => file.Id == other.File.Id, cancel) ? NotReadable
            : ReadContent.MayRead(user, other.File.State, other.File.AccountId, other.Datanet.OwnerId) ? null : NotReadable;
        var view = new ComparisonView(row.Rule, own.Ordinal + 1, other.File.FileName, null, other.File.Id, Withheld: withheld);
        if (other.Datanet.Kind != "text")
        {
            return withheld == Removed ? view : view with
            {
                DifferentBits = await NearPictures.DistanceAsync(db, row.ContributionId, other.File.Id, cancel),
                Sound = await NearSounds.OverlapAsync(db, row.ContributionId, other.File.Id, cancel) is { } overlap ? new SharedSound(overlap.Permille, overlap.At, overlap.OtherAt) : null,
            };
        }

        var text = own.JoinedText();
        var earlier = await db.Records.AsNoTracking().Where(record => record.ContributionId == other.File.Id && (row.OtherRecordId == null || record.Id == row.OtherRecordId))
            .OrderBy(record => record.Ordinal).FirstOrDefaultAsync(cancel);
        if (withheld == Removed || earlier is null)
        {
            return view with { Own = new ComparedText(text.Length, text.Length, [new ComparedPart(text)]), OtherRecord = earlier?.Ordinal + 1 };
        }

        var theirs = earlier.JoinedText();
        var (mine, shown) = ComparedTexts.Pair(text, theirs, withheld is null);
        return view with
        {
            Own = mine,
            OtherRecord = earlier.Ordinal + 1,
            Other = shown,
            Jaccard = ContentSignature.Compare(text, theirs).Jaccard(),
            Words = ComparedTexts.Runs(text, theirs),
        };
    }

    /// <summary>Nothing gives a test set back: its name, and what of the record's own words it has.</summary>
    private static async Task<ComparisonView> OfTestSetAsync(AssayDb db, OverlapRow row, RecordRow own, CancellationToken cancel)
    {
        var text = own.JoinedText();
        var runs = Contamination.RunsOf(text);
        var asked = runs.Select(hash => unchecked((long)hash)).ToList();
        var name = await db.TestSets.Where(set => set.Id == row.OtherId && set.RemovedAt == null).Select(set => set.Name).FirstOrDefaultAsync(cancel);
        var known = (await db.TestSetRuns.AsNoTracking().Where(run => run.TestSetId == row.OtherId && asked.Contains(run.Hash)).Select(run => run.Hash).ToListAsync(cancel))
            .Select(hash => unchecked((ulong)hash)).ToHashSet();
        return new ComparisonView(row.Rule, own.Ordinal + 1, name ?? "a test set that is no longer registered", ComparedTexts.Marked(text, known),
            Withheld: name is null ? Removed : TestSet, Words: new SharedRuns(WordGrams.TestSetWords, known.Count, runs.Count, null));
    }
}
