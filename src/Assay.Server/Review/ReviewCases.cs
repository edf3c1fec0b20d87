using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>Opens and reads rounds of review inside the caller's transaction.</summary>
internal static class ReviewCases
{
    /// <summary>What the rules' decision becomes in a datanet whose owner approves every file: passing files of others wait for the owner.</summary>
    public static (ContributionState State, ReviewKind? Case) AfterRules(ContributionState decided, bool approval, bool byOwner) => decided switch
    {
        ContributionState.Accepted when approval && !byOwner => (ContributionState.Review, ReviewKind.Approval),
        ContributionState.Review => (ContributionState.Review, ReviewKind.Borderline),
        _ => (decided, null),
    };

    /// <summary>Adds a round to the transaction.</summary>
    public static async Task<ReviewCaseRow> OpenAsync(
        AssayDb db, ContributionRow row, ReviewKind kind, DateTimeOffset now, CancellationToken stop, string? appeal = null, long? seed = null)
    {
        var opened = new ReviewCaseRow
        {
            ContributionId = row.Id,
            Round = 1 + await db.ReviewCases.CountAsync(earlier => earlier.ContributionId == row.Id, stop),
            Kind = kind,
            Appeal = appeal,
            Seed = seed,
            OpenedAt = now,
            LastMoveAt = now,
            VerdictBefore = row.VerdictEntryId,
        };
        db.ReviewCases.Add(opened);
        return opened;
    }

    /// <summary>The open round of a file.</summary>
    public static Task<ReviewCaseRow?> OpenOfAsync(AssayDb db, string contributionId, CancellationToken stop) =>
        db.ReviewCases.FirstOrDefaultAsync(row => row.ContributionId == contributionId && row.ClosedAt == null, stop);

    /// <summary>Ends the round, the assignments and the use as a known answer of a file that was removed. Nothing is decided.</summary>
    public static async Task EndAsync(AssayDb db, string contributionId, DateTimeOffset now, CancellationToken stop)
    {
        await db.ReviewCases.Where(row => row.ContributionId == contributionId && row.ClosedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.ClosedAt, now), stop);
        await db.Assignments.Where(row => row.ContributionId == contributionId && row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), stop);
        await db.Gold.Where(row => row.ContributionId == contributionId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Active, false), stop);
    }

    /// <summary>A round that nothing has happened in for so long that the operator is asked. Time alone never decides.</summary>
    public static bool IsOverdue(ReviewCaseRow open, int days, DateTimeOffset now) => open.ClosedAt is null && open.LastMoveAt <= now.AddDays(-days);
}
