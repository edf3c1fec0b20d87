using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>How reviewers answered files whose right answer is known.</summary>
internal static class GoldAnswers
{
    /// <summary>Answers that are looked at for the pause: the last ones.</summary>
    public const int Window = 20;

    /// <summary>Right answers of <see cref="Window"/> below which a reviewer pauses: an accuracy below 0.6.</summary>
    public const int Least = 12;

    /// <summary>Whether a reviewer pauses, by the known answers in the order they were given. Fewer than <see cref="Window"/> never pause.</summary>
    public static bool IsPaused(IReadOnlyList<bool> right) => right.Count >= Window && right.TakeLast(Window).Count(answer => answer) < Least;

    /// <summary>Why a reviewer gets no file; null when they do.</summary>
    public static async Task<Refusal?> PausedAsync(AssayDb db, string reviewerId, CancellationToken cancel)
    {
        var since = await db.Reviewers.Where(row => row.AccountId == reviewerId).Select(row => row.ResumedAt).FirstOrDefaultAsync(cancel);
        var right = await db.Votes.Where(vote => vote.ReviewerId == reviewerId && vote.CaseId == null && vote.VotedAt > since)
            .Join(db.Gold.Where(gold => gold.Active), vote => vote.ContributionId, gold => gold.ContributionId, (vote, gold) => new { vote.VotedAt, vote.ContributionId, Right = vote.Accept == gold.Accept })
            .OrderBy(answer => answer.VotedAt).ThenBy(answer => answer.ContributionId).Select(answer => answer.Right).ToListAsync(cancel);
        return IsPaused(right)
            ? new Refusal(StatusCodes.Status403Forbidden, "paused",
                $"{right.TakeLast(Window).Count(answer => answer)} of your last {Window} answers to files with a known answer were right; {Least} are needed. "
                + "Talk to the operator about how files are judged here; the operator lets you go on.")
            : null;
    }
}
