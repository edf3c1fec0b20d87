using Assay.Server.Accounts;

namespace Assay.Server.Review;

/// <summary>Files decided by people: borderline scores, appeals, audits; one file at a time, by chance, without names.</summary>
internal static class ReviewModule
{
    public static void AddReview(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReviewOptions>().BindConfiguration("Review").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ReviewItems>();
        builder.Services.AddSingleton<AssignNext>();
        builder.Services.AddSingleton<CastVote>();
        builder.Services.AddSingleton<Appeal>();
        builder.Services.AddSingleton<DecideCase>();
        builder.Services.AddSingleton<ReviewerBoards>();
    }

    public static void MapReview(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1/review").WithTags("Review").RequireAuthorization(policy => policy.RequireRole(Roles.Reviewer));
        AssignNext.Map(group);
        CastVote.Map(group);
        ReadMedia.Map(group);
        ReadHeldComparisons.Map(group);
        var files = app.MapGroup("/api/v1").WithTags("Review");
        Appeal.Map(files);
        DecideCase.Map(files);
        MarkGold.Map(files);
        ReviewFigures.Map(files);
    }
}
