using Assay.Client.Review;
using Assay.Data.Agreement;
using Assay.Ledger.Replay;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>What reviewers' votes say of each of them and of all together. Open rounds are left out: nobody learns how a vote goes before it is over.</summary>
internal sealed class ReviewerBoards(IDbContextFactory<AssayDb> reader)
{
    /// <summary>Common files below which the agreement of two reviewers is not worth a number.</summary>
    public const int LeastCommon = 5;

    public async Task<ReviewerBoard> ReadAsync(CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var votes = await db.Votes.AsNoTracking().Where(vote => vote.CaseId != null)
            .Join(db.ReviewCases.Where(round => round.ClosedAt != null && round.Accepted != null), vote => vote.CaseId, round => round.Id,
                (vote, round) => new Cast(vote.ReviewerId, vote.ContributionId, vote.Accept, round.Accepted!.Value, false, vote.VotedAt)).ToListAsync(cancel);
        votes.AddRange(await db.Votes.AsNoTracking().Where(vote => vote.CaseId == null)
            .Join(db.Gold.Where(gold => gold.Active), vote => vote.ContributionId, gold => gold.ContributionId,
                (vote, gold) => new Cast(vote.ReviewerId, vote.ContributionId, vote.Accept, gold.Accept, true, vote.VotedAt)).ToListAsync(cancel));
        var ids = votes.Select(vote => vote.Reviewer).Distinct().ToList();
        var names = await db.Accounts.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        var resumed = await db.Reviewers.ToDictionaryAsync(row => row.AccountId, row => row.ResumedAt, cancel);
        return Make(votes, names, resumed);
    }

    /// <summary>The figures of one reviewer, also before the first vote.</summary>
    public async Task<ReviewerFigures> OfAsync(string reviewerId, string name, CancellationToken cancel) =>
        (await ReadAsync(cancel)).Rows.FirstOrDefault(row => row.AccountId == reviewerId)
        ?? new ReviewerFigures(reviewerId, name, 0, 0, 0, 0, new ConfusionView(0, 0, 0, 0), null, 0, false);

    internal static ReviewerBoard Make(IReadOnlyList<Cast> votes, IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, DateTimeOffset> resumed)
    {
        var ratings = votes.Select(vote => new Rating(vote.Reviewer, vote.Item, vote.Accept ? 1 : 0)).ToList();
        var rows = votes.GroupBy(vote => vote.Reviewer).Select(own =>
        {
            var gold = own.Where(vote => vote.IsGold).OrderBy(vote => vote.At).ThenBy(vote => vote.Item, StringComparer.Ordinal).ToList();
            var confusion = Confusion.Of(gold.Select(vote => (vote.Accept, vote.Right)));
            var since = resumed.GetValueOrDefault(own.Key);
            var (kappa, pairs) = CohenKappa.Pairwise(ratings, LeastCommon, own.Key);
            return new ReviewerFigures(own.Key, names.GetValueOrDefault(own.Key, "deleted account"), own.Count(vote => !vote.IsGold), own.Count(vote => !vote.IsGold && vote.Accept == vote.Right),
                gold.Count, confusion.Right(), new ConfusionView(confusion.RightAccepts, confusion.WrongAccepts, confusion.RightRejects, confusion.WrongRejects), kappa, pairs,
                GoldAnswers.IsPaused([.. gold.Where(vote => vote.At > since).Select(vote => vote.Accept == vote.Right)]));
        });
        var (mean, all) = CohenKappa.Pairwise(ratings, LeastCommon);
        return new ReviewerBoard([.. rows.OrderByDescending(row => row.Gold == 0 ? 0 : WilsonBound.Of(row.GoldRight, row.Gold)).ThenByDescending(row => row.Votes).ThenBy(row => row.AccountId, StringComparer.Ordinal)],
            KrippendorffAlpha.Nominal(ratings), mean, all);
    }

    /// <summary>One vote that counts in the figures.</summary>
    /// <param name="Right">What was decided, or the known answer.</param>
    internal sealed record Cast(string Reviewer, string Item, bool Accept, bool Right, bool IsGold, DateTimeOffset At);
}
