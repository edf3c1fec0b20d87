using System.Security.Cryptography;
using Assay.Client.Review;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>Borderline files, decided by people: one random item at a time, evidence without names.</summary>
internal static class ReviewModule
{
    private const int ShownText = 20_000;

    public static void AddReview(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReviewOptions>().BindConfiguration("Review").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CastVote>();
    }

    public static void MapReview(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1/review").WithTags("Review").RequireAuthorization(policy => policy.RequireRole(Roles.Reviewer));
        group.MapGet("/next", async Task<Results<Ok<ReviewItem>, NoContent>> (CurrentUser user, AssayDb db, ContributionViews views, CancellationToken cancel) =>
            await NextAsync(user.Id, db, views, cancel) is { } item ? TypedResults.Ok(item) : TypedResults.NoContent());
        CastVote.Map(group);
    }

    /// <summary>A random item that the reviewer did not contribute and has not voted on; null when there is none.</summary>
    internal static async Task<ReviewItem?> NextAsync(string reviewerId, AssayDb db, ContributionViews views, CancellationToken cancel)
    {
        var open = await db.Contributions.Where(row => row.State == ContributionState.Review && row.AccountId != reviewerId
            && !db.Votes.Any(vote => vote.ContributionId == row.Id && vote.ReviewerId == reviewerId)).Select(row => row.Id).ToListAsync(cancel);
        if (open.Count == 0)
        {
            return null;
        }

        var id = open[RandomNumberGenerator.GetInt32(open.Count)];
        var view = (await views.OneAsync(id, cancel))!;
        var purpose = await db.Datanets.Where(row => row.Id == view.DatanetId).Select(row => row.Purpose).FirstAsync(cancel);
        var records = await db.Records.Where(row => row.ContributionId == id).OrderBy(row => row.Ordinal).ToListAsync(cancel);
        var text = string.Join("\n\n", records.Select(record => record.JoinedText()));
        return new ReviewItem(id, view.DatanetName, purpose, view.Type, view.Score ?? 0, text.Length > ShownText ? text[..ShownText] + "…" : text, view.Findings);
    }
}
