using Assay.Client.Review;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>What a reviewer sees of a file: content and evidence, not whose it is, where it lies, what others voted, or whether its answer is known.</summary>
internal sealed class ReviewItems(IDbContextFactory<AssayDb> reader, ContributionViews views)
{
    private const int ShownText = 20_000;

    public async Task<ReviewItem> ReadAsync(AssignmentRow assignment, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var view = (await views.OneAsync(assignment.ContributionId, new Viewer(assignment.ReviewerId), cancel))!;
        var purpose = await db.Datanets.Where(row => row.Id == view.DatanetId).Select(row => row.Purpose).FirstAsync(cancel);
        var appeal = await db.ReviewCases.Where(row => row.Id == assignment.CaseId).Select(row => row.Appeal).FirstOrDefaultAsync(cancel);
        var records = await db.Records.Where(row => row.ContributionId == view.Id).OrderBy(row => row.Ordinal).ToListAsync(cancel);
        var text = string.Join("\n\n", records.Select(record => record.JoinedText()));
        return new ReviewItem(assignment.Id, view.DatanetName, purpose, view.Type, view.Score ?? 0, text.Length > ShownText ? text[..ShownText] + "…" : text,
            view.Findings, appeal, assignment.ExpiresAt, view.Kind, view.Kind == "audio" || (view.Kind == "image" && view.HasPreview));
    }
}
