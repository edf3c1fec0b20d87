using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Server.Accounts;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Contributions.DryRuns;
using Assay.Server.Contributions.Extraction;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Contributions.TestSets;
using Assay.Server.Contributions.Uploads;
using Assay.Server.Datanets.Reading;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Files on their way into a datanet.</summary>
internal static class ContributionsModule
{
    private const int PageLength = 200;

    public static void AddContributions(this WebApplicationBuilder builder)
    {
        builder.Services.AddRateLimiter(limiter => limiter.AddPolicy<string, UploadLimit>(UploadLimit.Name));
        builder.Services.AddOptions<PiiOptions>().BindConfiguration("Pii").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PatternSets>();
        builder.Services.AddSingleton<RenderedText>();
        builder.Services.AddSingleton<GateRefusals>();
        builder.Services.AddSingleton<Intake>();
        builder.Services.AddSingleton<IntakeCommit>();
        builder.Services.AddSingleton<AdHocInspections>();
        builder.Services.AddSingleton<DryRunAllowance>();
        builder.Services.AddSingleton<DryRun>();
        builder.Services.AddSingleton<SendExtractedText>();
        builder.Services.AddSingleton<UploadFile>();
        builder.Services.AddSingleton<Uploads.Uploads>();
        builder.Services.AddSingleton<ContributionViews>();
        builder.Services.AddSingleton<SideBySide>();
        builder.Services.AddSingleton<ValidationJobs>();
        builder.Services.AddSingleton<DecideContribution>();
        builder.Services.AddSingleton<Sweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Sweep>());
    }

    public static void MapContributions(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Contributions");
        Contribute.Map(group);
        UploadEndpoints.Map(group);
        DryRun.Map(group);
        RegisterTestSet.Map(group);
        TestSetViews.Map(group);
        RemoveTestSet.Map(group);
        group.MapGet("/rules", () => TypedResults.Ok(Enum.GetValues<DatanetKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), RuleTable.For)));
        ReadPatterns.Map(group);
        SendExtractedText.Map(group);
        ReadReceipt.Map(group);
        ReadContent.Map(group);
        ReadComparisons.Map(group);
        group.MapGet("/contributions/{id}", async Task<Results<Ok<ContributionView>, ProblemHttpResult>> (string id, CurrentUser user, ContributionViews views, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("contribution", id).ToProblem());
        group.MapGet("/datanets/{id}/contributions", async Task<Results<Ok<Page<ContributionView>>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, ContributionViews views, CancellationToken cancel) =>
            await Readable.Datanets(db, user.Viewer).AnyAsync(row => row.Id == id, cancel)
                ? TypedResults.Ok(new Page<ContributionView>(await views.OfDatanetAsync(id, PageLength, user.Viewer, cancel)))
                : Refusal.NotFound("datanet", id).ToProblem());
        group.MapGet("/me/contributions", async Task<Ok<Page<ContributionView>>> (CurrentUser user, ContributionViews views, CancellationToken cancel) =>
            TypedResults.Ok(new Page<ContributionView>(await views.OfAccountAsync(user.Viewer, PageLength, cancel)))).RequireAuthorization();
        group.MapGet("/me/quota", async Task<Results<Ok<QuotaView>, ProblemHttpResult>> (CurrentUser user, AssayDb db, ContributionViews views, CancellationToken cancel, string? datanet = null) =>
            string.IsNullOrEmpty(datanet) || await Readable.Datanets(db, user.Viewer).AnyAsync(row => row.Id == datanet, cancel)
                ? TypedResults.Ok(await views.QuotaAsync(user.Id, datanet, cancel))
                : Refusal.NotFound("datanet", datanet).ToProblem()).RequireAuthorization();
    }
}
